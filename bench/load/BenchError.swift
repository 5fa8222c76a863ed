/// Why a measurement is not one. There are no codes: nobody decides anything by them, the run ends.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
