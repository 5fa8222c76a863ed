internal import Storage

/// What a job of one kind does.
package protocol JobWork: Sendable {
    /// Works until all is done, and begins where the checkpoint says. It is called again after an error that may pass,
    /// and after a restart of the server.
    ///
    /// - Returns: The report, a JSON object.
    /// - Throws: `unavailable` and `storageFull` mean that it may work later; anything else fails the job.
    func run(_ context: JobContext) async throws(AgentsError) -> String
}

/// A kind of job that this server knows.
package struct JobKind: Sendable {
    /// For example `migration`; what stands before a dot is the room: of one room one job runs at a time.
    package let name: String
    /// Checks the arguments, which may have come from another program.
    package let make: @Sendable (JobArguments) throws(AgentsError) -> any JobWork

    package init(_ name: String, make: @escaping @Sendable (JobArguments) throws(AgentsError) -> any JobWork) {
        self.name = name
        self.make = make
    }

    var room: String { JobKind.room(of: name) }

    static func room(of name: String) -> String { String(name.prefix { $0 != "." }) }
}
