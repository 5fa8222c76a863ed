/// How the taking of a picture is told to people.
enum PictureText {
    /// What it cost those who write to the old database.
    static func lock(_ milliseconds: Double, _ refusedWrites: Int?) -> String {
        guard milliseconds > 0 else { return "for no time, no write was refused" }
        let time = "for \((milliseconds * 10).rounded() / 10) ms"
        guard let refusedWrites else { return time }
        return "\(time), at least \(refusedWrites) of their writes \(refusedWrites == 1 ? "was" : "were") refused"
    }
}
