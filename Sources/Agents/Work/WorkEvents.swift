internal import Bus
internal import Storage

extension Message {
    /// `<kind>.deleted` on `global`, of what has nothing but an id.
    static func deleted(_ kind: String, _ id: String) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", id)
        json.endObject()
        return Message(channel: .global, event: "\(kind).deleted", data: json.bytes)
    }

    /// `task.<event>` on `global`.
    static func task(_ event: String, _ task: TaskRecord) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", task.id.description)
        json.field("request_id", task.requestID.description)
        json.field("wave_number", task.waveNumber)
        // Nobody asks how a task stood that is gone.
        if event != "deleted" { json.field("status", task.status) }
        json.endObject()
        return Message(channel: .global, event: "task.\(event)", data: json.bytes)
    }

    /// `session.<event>` on `global`.
    static func session(_ event: String, _ id: String) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", id)
        if event == "created" { json.field("session_id", id) }
        json.endObject()
        return Message(channel: .global, event: "session.\(event)", data: json.bytes)
    }
}

extension TrackedEvents {
    /// `subtask.<event>` on `global`, and on the channel of the agents of its type.
    func publishSubtask(_ event: String, _ subtask: SubtaskRecord) async {
        let isDeleted = event == "deleted"
        func message(_ channel: ChannelName, withType: Bool) -> Message {
            var json = JSONWriter()
            json.beginObject()
            json.field("id", subtask.id.description)
            json.field("task_list_id", subtask.taskID.description)
            if withType { json.field("agent_type", subtask.agentType) }
            if !isDeleted { json.field("status", subtask.status) }
            json.endObject()
            return Message(channel: channel, event: "subtask.\(event)", data: json.bytes)
        }
        await publish(message(.global, withType: true))
        guard let type = subtask.agentType, let channel = ChannelName("agents/\(type)") else { return }
        await publish(message(channel, withType: !isDeleted))
    }
}
