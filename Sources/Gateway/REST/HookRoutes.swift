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
            Route(.post, "/hooks/claude", bodyLimit: HookRoutes.bodyLimit, action: claude),
            Route(.post, "/hooks/env", bodyLimit: HookRoutes.bodyLimit, action: environment),
        ]
    }

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
