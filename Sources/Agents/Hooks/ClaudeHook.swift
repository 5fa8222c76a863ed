internal import Bus

/// Reads what Claude Code sends to an http hook, or to a command hook's standard input.
///
/// Of the events only `PostToolUse` (a call that succeeded) and `PostToolUseFailure` are kept; all others are accepted
/// and ignored, so that a new event of the agent is no error. Inputs and outputs are cut, not refused.
package enum ClaudeHook {
    private static let fields = JSONFieldTable<10>([
        "hook_event_name", "session_id", "cwd", "tool_name", "tool_input", "tool_response", "tool_use_id",
        "duration_ms", "error", "is_interrupt",
    ])

    /// The report in a body. What is nested deeper than the scanner goes is left out, see `ShallowJSON`; what is longer
    /// than its field may be is cut, see `NewAction.fit`.
    ///
    /// - Throws: `AgentsError` with code `invalid`: no JSON object, no event name, or a tool event without a tool.
    package static func report(from body: Span<UInt8>) throws(AgentsError) -> HookReport {
        try report(from: body, shallow: nil)
    }

    /// - Parameter shallow: What `body` is the bytes of, nil for a body as it came.
    private static func report(from body: Span<UInt8>, shallow: ShallowJSON?) throws(AgentsError) -> HookReport {
        let found: [10 of JSONValue?]
        do throws(JSONError) {
            found = try fields.scan(body)
        } catch {
            if error.code == .tooDeep, shallow == nil {
                let shallow = ShallowJSON(body)
                return try report(from: shallow.bytes.span, shallow: shallow)
            }
            throw AgentsError(.invalid, error.code == .wrongKind ? "Expected a JSON object" : error.message)
        }
        let reader = FieldReader(body: body, shallow: shallow)
        guard let event = try reader.string(found[0], "hook_event_name") else {
            throw .invalid([.init(field: "hook_event_name", text: "hook_event_name is required")])
        }
        switch event {
        case "PostToolUse": return try toolUse(event, found, reader, exitCode: 0, output: found[5])
        case "PostToolUseFailure":
            let isInterrupt = found[9].flatMap(JSONScanner.bool) ?? false
            let exitCode = isInterrupt ? nil : failureCode(body, found[8])
            return try toolUse(event, found, reader, exitCode: exitCode, output: found[8])
        default: return .ignored(event: event)
        }
    }

    private static func toolUse(
        _ event: String,
        _ found: [10 of JSONValue?],
        _ reader: FieldReader,
        exitCode: Int?,
        output: JSONValue?
    ) throws(AgentsError) -> HookReport {
        guard let toolName = try reader.string(found[3], "tool_name") else {
            throw .invalid([.init(field: "tool_name", text: "tool_name is required")])
        }
        let body = reader.body
        let input = present(found[4]).map { ToolInput(body, $0) } ?? ToolInput()
        var action = NewAction(
            toolName: input.effectiveName(of: toolName),
            toolType: ToolType(toolName: toolName),
            filePaths: input.filePaths,
            exitCode: exitCode,
            durationMilliseconds: found[7].flatMap { JSONScanner.integer(body, $0) }.flatMap(duration),
            sessionID: try reader.string(found[1], "session_id"),
            projectPath: try reader.string(found[2], "cwd")
        )
        if let value = present(found[4]) {
            (action.input, action.inputIsCut) = reader.text(value)
        }
        if let value = present(output) {
            (action.output, action.outputIsCut) = reader.text(value)
        }
        action.fit()
        let problems = action.problems
        guard problems.isEmpty else { throw .invalid(problems) }
        guard let call = try reader.string(found[6], "tool_use_id") else { return .action(action, nil) }
        let repeatable = RepeatableRequest(
            vendor: "claude",
            session: action.sessionID ?? "",
            call: NewAction.fitting(call, .max) ?? "",
            event: event
        )
        return .action(action, repeatable)
    }

    /// The code of a failure: N when the first line of the error is `Exit code N`, otherwise 1.
    private static func failureCode(_ body: Span<UInt8>, _ error: JSONValue?) -> Int {
        guard let error, error.kind == .string else { return 1 }
        let line = HookText(body, error, limit: 64).text.prefix { !$0.isNewline }
        guard line.hasPrefix("Exit code ") else { return 1 }
        return Int32(line.dropFirst("Exit code ".count)).map(Int.init) ?? 1
    }

    /// Nil for what no call can have taken: a wrong figure is no reason to lose the action.
    private static func duration(_ milliseconds: Int64) -> Int? {
        (0...Int64(Int32.max)).contains(milliseconds) ? Int(milliseconds) : nil
    }

    private static func present(_ value: JSONValue?) -> JSONValue? {
        value?.kind == .null ? nil : value
    }
}

/// Reads fields of a hook's document; null and empty count as absent.
private struct FieldReader: ~Escapable {
    let body: Span<UInt8>
    private let shallow: ShallowJSON?

    @_lifetime(copy body)
    init(body: Span<UInt8>, shallow: ShallowJSON?) {
        self.body = body
        self.shallow = shallow
    }

    /// A name, id or path.
    func string(_ value: JSONValue?, _ field: String) throws(AgentsError) -> String? {
        guard let value, value.kind != .null else { return nil }
        guard value.kind == .string else { throw .invalid([.init(field: field, text: "must be a string")]) }
        do {
            let string = try JSONScanner.string(body, value)
            return string.isEmpty ? nil : string
        } catch {
            throw .invalid([.init(field: field, text: error.message)])
        }
    }

    /// The beginning of an input or output, and whether anything of it is missing.
    func text(_ value: JSONValue) -> (text: String, isCut: Bool) {
        let text = HookText(body, value)
        return (text.text, text.isCut || shallow?.isCut(in: value.range) == true)
    }
}
