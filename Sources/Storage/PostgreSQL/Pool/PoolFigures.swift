/// What `/metrics` says about one pool of connections to a database.
package struct PoolFigures: Equatable, Sendable {
    /// `writer` or `reader`.
    package var name: String
    /// Connections that are there or on their way.
    package var connections = 0
    /// Those that somebody uses.
    package var used = 0
    /// Requests that wait for one.
    package var waiting = 0
    /// Requests that were refused at once, because too many waited.
    package var refused = 0
    /// Requests that waited too long.
    package var expired = 0
    /// Connections that could not be opened.
    package var failedConnects = 0
    /// Connections that broke, and others were opened in their place.
    package var broken = 0
    /// Statements that the server ended because they took too long.
    package var statementTimeOuts = 0

    mutating func note(_ state: PostgresPoolState) {
        connections = state.count
        used = state.leased.count
        waiting = state.waiters.count
        refused = state.refused
        expired = state.expiredCount
        failedConnects = state.failedOpenings
        broken = state.brokenCount
    }
}
