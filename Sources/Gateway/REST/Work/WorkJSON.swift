internal import Bus
internal import Storage

/// The members of the work's objects, each beside the schema that says what they are in `WorkSchemas`.
extension JSONWriter {
    mutating func members(of project: ProjectRecord) {
        field("id", project.id)
        field("path", project.path)
        field("name", project.name)
        field("created_at", project.createdAt)
        field("updated_at", project.updatedAt)
        field("metadata", json: project.metadata)
    }

    mutating func field(_ name: String, _ statistics: ProjectStatistics?) {
        key(name)
        guard let statistics else { return null() }
        object { json in
            json.field("project_id", statistics.projectID)
            json.field("project_name", statistics.name)
            json.field("path", statistics.path)
            json.field("total_requests", statistics.requests)
            json.field("total_subtasks", statistics.subtasks)
            json.field("total_actions", statistics.actions)
            json.field("successful_actions", statistics.successfulActions)
            json.key("avg_duration_ms")
            if let average = statistics.averageMilliseconds { json.value(average) } else { json.null() }
            json.field("last_activity", statistics.lastActivity)
        }
    }

    mutating func members(of request: RequestRecord, withProject: Bool = true) {
        field("id", request.id)
        if withProject { field("project_id", request.projectID) }
        field("session_id", request.sessionID)
        field("prompt", request.prompt)
        field("prompt_type", request.promptType)
        field("status", request.status)
        field("created_at", request.createdAt)
        field("completed_at", request.completedAt)
        field("metadata", json: request.metadata)
    }

    mutating func members(of task: TaskRecord) {
        field("id", task.id)
        field("request_id", task.requestID)
        field("name", task.name)
        field("wave_number", task.waveNumber)
        field("status", task.status)
        field("created_at", task.createdAt)
        field("completed_at", task.completedAt)
    }

    mutating func members(of subtask: SubtaskRecord, withSnapshot: Bool = true) {
        field("id", subtask.id)
        field("task_id", subtask.taskID)
        // The name in the store; clients of the original know both.
        field("task_list_id", subtask.taskID)
        field("agent_type", subtask.agentType)
        field("agent_id", subtask.agentID)
        field("description", subtask.description)
        field("status", subtask.status)
        if let blockers = subtask.blockedBy {
            array("blocked_by", blockers) { $0.value($1.description) }
        } else {
            field("blocked_by", nil as String?)
        }
        field("created_at", subtask.createdAt)
        field("started_at", subtask.startedAt)
        field("completed_at", subtask.completedAt)
        if withSnapshot { field("context_snapshot", json: subtask.contextSnapshot) }
        field("result", json: subtask.result)
    }

    mutating func members(of session: SessionRecord) {
        field("id", session.id)
        field("project_id", session.projectID)
        field("started_at", session.startedAt)
        field("ended_at", session.endedAt)
        field("total_tools_used", session.toolsUsed)
        field("total_success", session.successes)
        field("total_errors", session.errors)
    }
}
