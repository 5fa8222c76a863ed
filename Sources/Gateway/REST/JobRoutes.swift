package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Long tasks: begun, looked at, paused, gone on with and cancelled.
package struct JobRoutes: Sendable {
    private let jobs: Jobs

    package init(jobs: Jobs) { self.jobs = jobs }

    package var routes: [Route] {
        [
            Route(.post, "/api/jobs", action: start),
            Route(.get, "/api/jobs", action: list),
            Route(.get, "/api/jobs/:id", action: find),
            Route(.post, "/api/jobs/:id/pause") { request throws(GatewayError) in
                try await change(request) { jobs, id throws(AgentsError) in try await jobs.pause(id) }
            },
            Route(.post, "/api/jobs/:id/resume") { request throws(GatewayError) in
                try await change(request) { jobs, id throws(AgentsError) in try await jobs.resume(id) }
            },
            Route(.post, "/api/jobs/:id/cancel") { request throws(GatewayError) in
                try await change(request) { jobs, id throws(AgentsError) in try await jobs.cancel(id) }
            },
        ]
    }

    /// `{"type":"migration", ...}`: what stands beside the type are the arguments.
    @Sendable private func start(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        var body = try JSONBody(request.body)
        let type = body.requiredString("type")
        try body.check()
        do throws(AgentsError) {
            return JobRoutes.answer(try await jobs.start(kind: type, arguments: request.body), .created)
        } catch {
            throw GatewayError(error)
        }
    }

    @Sendable private func list(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        let limit = try request.query.integer("limit", default: 100, in: 1...Jobs.maximumList)
        let found: [JobRecord]
        do throws(AgentsError) { found = try await jobs.list(limit: limit) } catch { throw GatewayError(error) }
        var json = JSONWriter()
        json.beginObject()
        json.key("jobs")
        json.beginArray()
        for job in found { json.raw(job.json.span) }
        json.endArray()
        json.field("count", found.count)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func find(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        try await change(request) { jobs, id throws(AgentsError) in try await jobs.job(id) }
    }

    private func change(
        _ request: RESTRequest,
        _ body: (Jobs, UUIDv7) async throws(AgentsError) -> JobRecord
    ) async throws(GatewayError) -> RESTResponse {
        guard let id = UUIDv7(request.parameter("id")) else {
            throw GatewayError.validation(["id": ["id must be a valid UUID"]])
        }
        do throws(AgentsError) {
            return JobRoutes.answer(try await body(jobs, id), .ok)
        } catch {
            throw GatewayError(error)
        }
    }

    private static func answer(_ job: JobRecord, _ status: HTTPResponse.Status) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("job", raw: job.json.span)
        json.endObject()
        return RESTResponse(status, body: json.bytes)
    }
}
