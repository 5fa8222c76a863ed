/// What a hook had to say.
package enum HookReport: Equatable, Sendable {
    /// A tool call to record; with a key when the agent names its calls.
    case action(NewAction, RepeatableRequest?)
    /// An event that nothing is kept of.
    case ignored(event: String)
}
