internal import Bus
internal import Storage

extension Message {
    /// `action.created` on `global`: an action was recorded.
    static func actionCreated(_ record: ActionRecord) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", record.id.description)
        json.field("tool_name", record.toolName)
        json.field("tool_type", record.toolType)
        json.field("exit_code", record.exitCode.map(Int64.init))
        json.field("session_id", record.sessionID)
        json.endObject()
        return Message(channel: .global, event: "action.created", data: json.bytes, at: record.createdAt)
    }

    /// `actions.bulk_deleted` on `global`: the actions of a session were deleted, also when there were none.
    static func actionsDeleted(ofSession sessionID: String, count: Int) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("session_id", sessionID)
        json.field("deleted_count", count)
        json.endObject()
        return Message(channel: .global, event: "actions.bulk_deleted", data: json.bytes)
    }
}
