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
            Route(.post, "/api/jobs", JobDescriptions.start, handle: start),
            Route(.get, "/api/jobs", JobDescriptions.list, handle: list),
            change(.get, "/api/jobs/:id", JobDescriptions.find) { jobs, id throws(AgentsError) in
                try await jobs.job(id)
            },
            change(.post, "/api/jobs/:id/pause", JobDescriptions.pause) { jobs, id throws(AgentsError) in
                try await jobs.pause(id)
            },
            change(.post, "/api/jobs/:id/resume", JobDescriptions.resume) { jobs, id throws(AgentsError) in
                try await jobs.resume(id)
            },
            change(.post, "/api/jobs/:id/cancel", JobDescriptions.cancel) { jobs, id throws(AgentsError) in
                try await jobs.cancel(id)
            },
        ]
    }

    /// The kind of the job looks at the arguments; they are kept as they were sent.
    @Sendable private func start(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let type = try input.body.required(JobDescriptions.type)
        do throws(AgentsError) {
            return JobRoutes.answer(try await jobs.start(kind: type, arguments: input.request.body), .created)
        } catch {
            throw GatewayError(error)
        }
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let limit = try input.query.required(CommonFields.limit)
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

    private func change(
        _ method: HTTPRequest.Method,
        _ template: String,
        _ description: RouteDescription,
        _ body: @escaping @Sendable (Jobs, UUIDv7) async throws(AgentsError) -> JobRecord
    ) -> Route {
        Route(method, template, description) { [jobs] (input) throws(GatewayError) in
            let id = try input.path.required(CommonFields.id)
            do throws(AgentsError) {
                return JobRoutes.answer(try await body(jobs, id), .ok)
            } catch {
                throw GatewayError(error)
            }
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
