package import Agents
internal import Bus
internal import HTTPTypes

/// Which tool worked for which words: contract section 3.
package struct RoutingRoutes: Sendable {
    private let memory: RoutingMemory
    private let feedback: FeedbackRecorder

    package init(memory: RoutingMemory, feedback: FeedbackRecorder) {
        self.memory = memory
        self.feedback = feedback
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/routing/suggest", RoutingDescriptions.suggest, handle: suggest),
            Route(.get, "/api/routing/stats", RoutingDescriptions.stats, handle: stats),
            Route(.post, "/api/routing/feedback", RoutingDescriptions.judge, handle: judge),
        ]
    }

    @Sendable private func suggest(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let query = input.query
        let keywords = try RoutingRoutes.keywords(in: query)
        let question = RoutingMemory.Question(
            keywords: keywords,
            limit: try query.required(RoutingDescriptions.limit),
            minimumScore: try query.required(RoutingDescriptions.minimumScore),
            toolType: query[RoutingDescriptions.toolType],
            excludedTypes: query[RoutingDescriptions.excludedTypes] ?? []
        )
        let suggestions: [Suggestion]
        do throws(AgentsError) {
            suggestions = try memory.suggest(question)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("keywords", keywords)
        json.key("suggestions")
        json.beginArray()
        for suggestion in suggestions { RoutingRoutes.write(suggestion, to: &json) }
        json.endArray()
        json.field("count", suggestions.count)
        json.field(
            "compat_output",
            suggestions.map { "\($0.toolName)|\($0.toolType)|\(RoutingRoutes.text($0.score))" }.joined(separator: "\n")
        )
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    /// `keywords` is a list separated by commas, `q` is natural language.
    private static func keywords(in query: FieldValues) throws(GatewayError) -> [String] {
        let keywords: [String]
        if let listed = query[RoutingDescriptions.keywords] {
            keywords = KeywordList.normalized(listed)
        } else if let text = query[RoutingDescriptions.question] {
            keywords = Keywords.extract(from: text)
        } else {
            throw GatewayError(.badRequest, "Missing required query parameter: keywords")
        }
        guard !keywords.isEmpty else { throw GatewayError(.badRequest, "No valid keywords provided") }
        return Array(keywords.prefix(KeywordList.limit))
    }

    /// As JSON writes it: `1`, not `1.0`.
    private static func text(_ score: Double) -> String {
        var json = JSONWriter()
        json.value(score)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func write(_ suggestion: Suggestion, to json: inout JSONWriter) {
        json.beginObject()
        json.field("tool_name", suggestion.toolName)
        json.field("tool_type", suggestion.toolType)
        json.field("score", suggestion.score)
        json.field("usage_count", suggestion.usageCount)
        json.field("success_rate", suggestion.successRate)
        json.field("keyword_matches", suggestion.keywordMatches)
        json.endObject()
    }

    @Sendable private func stats(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let statistics: RoutingStatistics
        do throws(AgentsError) {
            statistics = try memory.stats()
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("totals")
        json.beginObject()
        json.field("total_records", statistics.recordCount)
        json.field("unique_keywords", statistics.keywordCount)
        json.field("unique_tools", statistics.toolCount)
        json.field("avg_score", statistics.averageScore)
        json.field("avg_usage", statistics.averageUsage)
        json.endObject()
        RoutingRoutes.write("top_by_score", statistics.topByScore, to: &json) { $0.field("avg_score", $1) }
        RoutingRoutes.write("top_by_usage", statistics.topByUsage, to: &json) { $0.field("total_usage", $1) }
        json.key("type_distribution")
        json.beginArray()
        for type in statistics.types {
            json.beginObject()
            json.field("tool_type", type.toolType)
            json.field("tool_count", type.toolCount)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func write<Value>(
        _ name: String,
        _ tools: [RoutingStatistics.Ranked<Value>],
        to json: inout JSONWriter,
        value: (inout JSONWriter, Value) -> Void
    ) {
        json.key(name)
        json.beginArray()
        for tool in tools {
            json.beginObject()
            json.field("tool_name", tool.toolName)
            json.field("tool_type", tool.toolType)
            value(&json, tool.value)
            json.endObject()
        }
        json.endArray()
    }

    @Sendable private func judge(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let toolName = input.body[RoutingDescriptions.judgedTool] ?? ""
        let keywords = input.body[RoutingDescriptions.judgedKeywords] ?? []
        let chosen = input.body[RoutingDescriptions.chosen]
        let outcome: FeedbackRecorder.Outcome
        do throws(AgentsError) {
            outcome = try await feedback.record(toolName: toolName, keywords: keywords, chosen: chosen)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("message", "Updated \(outcome.changedCount) keyword scores for \(toolName)")
        json.field("updated", outcome.changedCount)
        json.field("adjustment", outcome.adjustment)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
