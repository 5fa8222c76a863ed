internal import Agents
internal import Bus
internal import Storage

/// Parts of the answers of `ContextRoutes`.
extension JSONWriter {
    mutating func text(of brief: ContextBrief) {
        field("content", brief.content)
        field("token_count", brief.tokenCount)
        field("truncated", brief.isTruncated)
        field("generated_at", brief.generatedAt)
    }

    mutating func sources(_ sources: [ContextBrief.Source]) {
        key("sources")
        beginArray()
        for source in sources {
            beginObject()
            field("type", source.type)
            field("id", source.id)
            field("relevance", source.relevance)
            field("summary", source.summary)
            endObject()
        }
        endArray()
    }

    /// The four members that tell of a compaction, all null without one.
    mutating func compaction(_ compaction: Compaction?) {
        field("compacted", compaction != nil)
        field("compacted_at", compaction?.compactedAt)
        field("compact_summary", compaction?.summary)
        field("compact_agent", compaction?.agentID)
    }

    mutating func facts(_ facts: BriefFacts) {
        beginObject()
        list("tasks", facts.tasks) { $0.task($1) }
        list("messages", facts.messages) { $0.message($1) }
        list("blockings", facts.blockings) { $0.blocking($1) }
        list("history", facts.history) { $0.action($1) }
        if let session = facts.session {
            key("session")
            request(session)
        }
        if let project = facts.project {
            key("project")
            beginObject()
            field("id", project.id.description)
            field("name", project.name)
            field("path", project.path)
            endObject()
        }
        endObject()
    }

    private mutating func list<Row>(_ name: String, _ rows: [Row], _ write: (inout JSONWriter, Row) -> Void) {
        key(name)
        beginArray()
        for row in rows {
            beginObject()
            write(&self, row)
            endObject()
        }
        endArray()
    }

    private mutating func task(_ task: ContextTask) {
        field("id", task.id.description)
        field("description", task.description)
        field("status", task.status)
        field("agent_type", task.agentType)
        field("created_at", task.createdAt)
        field("started_at", task.startedAt)
        field("blocked_by", task.blockedBy)
        field("task_name", task.taskName)
        field("wave_number", task.waveNumber.map(Int64.init))
    }

    private mutating func message(_ message: ContextMessage) {
        field("id", message.id.description)
        field("from_agent", message.fromAgent)
        field("topic", message.topic)
        field("content", raw: message.content.utf8Span.span)
        field("priority", message.priority)
        field("created_at", message.createdAt)
        field("is_broadcast", message.isBroadcast)
    }

    private mutating func blocking(_ blocking: BlockingRecord) {
        field("id", blocking.id.description)
        field("blocked_by_agent", blocking.blockedBy)
        field("reason", blocking.reason)
        field("created_at", blocking.createdAt)
    }

    private mutating func action(_ action: ContextAction) {
        field("id", action.id.description)
        field("tool_name", action.toolName)
        field("tool_type", action.toolType)
        field("exit_code", action.exitCode.map(Int64.init))
        field("duration_ms", action.durationMilliseconds.map(Int64.init))
        field("file_paths", action.filePaths)
        field("created_at", action.createdAt)
    }

    private mutating func request(_ request: ContextRequest) {
        beginObject()
        field("id", request.id.description)
        field("session_id", request.sessionID)
        field("status", request.status)
        field("created_at", request.createdAt)
        field("prompt", request.prompt)
        endObject()
    }
}
