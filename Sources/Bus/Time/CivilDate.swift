/// A day of the Gregorian calendar, counted backwards too (proleptic), as in RFC 3339.
///
/// Inside, years begin in March: the leap day is then the last day of its year, and the months before it always start
/// at the same day of the year.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    /// The first days of March, April ... February, counted from the first of March.
    private static let firstDays: [12 of Int] = [0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337]
    private static let daysPer400Years = 146_097
    private static let daysFrom0000March1To1970 = 719_468

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter days: Whole days since 1970-01-01, negative before it.
    init(daysSince1970 days: Int) {
        let days = days + Self.daysFrom0000March1To1970
        // The mean length of a year leads to the right year or to a neighbour.
        var marchYear = (days * 400).flooredQuotient(by: Self.daysPer400Years)
        if Self.firstDay(ofMarchYear: marchYear) > days {
            marchYear -= 1
        } else if Self.firstDay(ofMarchYear: marchYear + 1) <= days {
            marchYear += 1
        }
        let dayOfYear = days - Self.firstDay(ofMarchYear: marchYear)
        // No month has more than 31 days, so this is the right month or the one before it.
        var monthFromMarch = dayOfYear / 31
        if monthFromMarch < 11, Self.firstDays[monthFromMarch + 1] <= dayOfYear { monthFromMarch += 1 }
        day = dayOfYear - Self.firstDays[monthFromMarch] + 1
        month = (monthFromMarch + 2) % 12 + 1
        year = month <= 2 ? marchYear + 1 : marchYear
    }

    /// Whole days since 1970-01-01. The month is in 1...12.
    var daysSince1970: Int {
        let marchYear = month <= 2 ? year - 1 : year
        return Self.firstDay(ofMarchYear: marchYear) + Self.firstDays[(month + 9) % 12] + day - 1
            - Self.daysFrom0000March1To1970
    }

    /// The day exists: going there and back ends where it began.
    var isValid: Bool {
        (1...12).contains(month) && (1...31).contains(day) && CivilDate(daysSince1970: daysSince1970) == self
    }

    /// Days from 0000-03-01 to the first of March of the year.
    private static func firstDay(ofMarchYear year: Int) -> Int {
        year * 365 + year.flooredQuotient(by: 4) - year.flooredQuotient(by: 100) + year.flooredQuotient(by: 400)
    }
}

extension BinaryInteger {
    /// Division that rounds towards minus infinity, so that times before 1970 fall into the right day.
    func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
