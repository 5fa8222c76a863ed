package import Agents
internal import HTTPTypes
internal import Storage

/// Where the hooks of coding agents post. Answers are empty: an agent shows a body that it doesn't expect to its user
/// as an error.
package struct HookRoutes: Sendable {
    private let recorder: ActionRecorder

    package init(recorder: ActionRecorder) { self.recorder = recorder }

    /// Outputs of tools can be large: they are cut when they are stored, not refused.
    static let bodyLimit = 16 << 20

    package var routes: [Route] {
        [
            Route(
                .post,
                "/hooks/claude",
                bodyLimit: HookRoutes.bodyLimit,
                HookRoutes.claudeDescription,
                action: claude
            ),
            Route(
                .post,
                "/hooks/env",
                bodyLimit: HookRoutes.bodyLimit,
                HookRoutes.environmentDescription,
                action: environment
            ),
        ]
    }

    private static let claudeDescription = RouteDescription(
        "Takes what Claude Code gives its hooks on standard input",
        tag: "hooks",
        otherBody: "application/json",
        answers: answers
    )

    private static let environmentDescription = RouteDescription(
        "Takes the variables of the original's hook as a form",
        tag: "hooks",
        otherBody: "application/x-www-form-urlencoded",
        answers: answers
    )

    private static let answers = [
        RouteAnswer(.ok, "Recorded, or nothing to record"),
        .error(.conflict, "The same call is being recorded"),
        .error(.unprocessableContent, "The same call was recorded with other words"),
    ]

    @Sendable private func claude(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        do throws(AgentsError) {
            guard case .action(let action, let repeatable) = try ClaudeHook.report(from: request.body.span) else {
                return RESTResponse()
            }
            _ = try await recorder.record(action, repeatable: repeatable) { _ in [] }
        } catch {
            throw GatewayError(error)
        }
        return RESTResponse()
    }

    /// The environment variables of the original's hook, as form fields.
    @Sendable private func environment(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        let form: QueryString
        do throws(QueryStringError) {
            form = try QueryString(String(decoding: request.body, as: UTF8.self))
        } catch {
            throw GatewayError(.badRequest, error.message)
        }
        let fields = Dictionary(form.parameters.map { ($0.name, $0.value) }) { first, _ in first }
        do throws(AgentsError) {
            _ = try await recorder.record(try EnvironmentHook.action(from: fields)) { _ in [] }
        } catch {
            throw GatewayError(error)
        }
        return RESTResponse()
    }
}
