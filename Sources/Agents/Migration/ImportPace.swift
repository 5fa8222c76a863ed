/// How much of the machine an import takes: all that helps it while the bus is quiet, and one thing at a time, with rests,
/// while agents are at work.
///
/// Where few processors compute, a thread that has got a message waits for milliseconds until it may run, whatever its
/// priority: the scheduler looks at what runs once in a tick. Only a processor that is idle takes it at once.
struct ImportPace {
    /// What it has seen when it last looked.
    private struct Look {
        var activity: Int
        var time: ContinuousClock.Instant
    }

    /// More messages and records than these are the work of agents; other jobs tell what they do as well, but seldom.
    private static let mostQuiet = (atOnce: 5.0, perSecond: 20.0)
    private static let interval = Duration.milliseconds(250)
    /// With so many processors one import leaves others alone.
    private static let manyProcessors = 4
    /// It works a sixtieth of the time. A message needs four threads one after the other, so that one in a hundred still
    /// meets an import that works a thirtieth of the time, and that is the p99.
    private static let restPerWork = 59
    private static let longestRest = Duration.seconds(10)

    private let mustRest: Bool
    private var last: Look?
    /// Nil until it is known.
    private var isQuiet: Bool?

    /// - Parameter processors: How many the server may use.
    init(processors: Int) { mustRest = processors < ImportPace.manyProcessors }

    /// - Parameters:
    ///   - activity: Messages and records up to now, without those of the import.
    ///   - time: When that was.
    mutating func look(activity: Int, at time: ContinuousClock.Instant) {
        guard let last else { return self.last = Look(activity: activity, time: time) }
        let elapsed = time - last.time
        guard elapsed >= ImportPace.interval else { return }
        let most = ImportPace.mostQuiet.atOnce + ImportPace.mostQuiet.perSecond * (elapsed / .seconds(1))
        isQuiet = Double(activity - last.activity) <= most
        self.last = Look(activity: activity, time: time)
    }

    /// Nobody else is at work: the next page may be read and converted while the store takes this one.
    var mayLookAhead: Bool { isQuiet == true }

    /// How long to rest after having worked for so long.
    func rest(after work: Duration) -> Duration {
        mustRest && isQuiet == false ? min(work * ImportPace.restPerWork, ImportPace.longestRest) : .zero
    }
}
