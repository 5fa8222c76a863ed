internal import Agents

/// All routes about the work of agents.
struct WorkRoutes {
    let routes: [Route]

    init(_ rooms: WorkRooms) {
        routes =
            ProjectRoutes(projects: rooms.projects).routes + RequestRoutes(requests: rooms.requests).routes
            + TaskRoutes(tasks: rooms.tasks).routes + SubtaskRoutes(subtasks: rooms.subtasks).routes
            + SessionRoutes(sessions: rooms.sessions).routes + OverviewRoutes(overview: rooms.overview).routes
    }
}
