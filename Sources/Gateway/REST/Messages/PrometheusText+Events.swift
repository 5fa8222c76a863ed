internal import Agents

extension PrometheusText {
    /// Events that agents have to acknowledge.
    mutating func write(_ counters: EventListeners.Counters, agents: Int) {
        gauge("event_agents", "Agents that have to acknowledge events, here or gone a while ago", agents)
        counter("events_tracked_total", "Pairs of an event and an agent that has to acknowledge it", counters.tracked)
        counter("events_untracked_total", "Such pairs beyond the limit of the agent", counters.untracked)
        counter("event_agents_refused_total", "Agents beyond the limit, that get events once", counters.refused)
        counter("events_failed_total", "Events that could not be kept for those who acknowledge", counters.failed)
    }
}
