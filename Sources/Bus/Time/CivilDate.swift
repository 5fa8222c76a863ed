/// A day of the Gregorian calendar, counted backwards too (proleptic), as in RFC 3339.
///
/// Years are counted here from March, so that the leap day is the last day of its year and the lengths of the months
/// before it don't depend on it.
struct CivilDate: Equatable {
    var year: Int
    var month: Int
    var day: Int

    private static let daysPer400Years = 146_097
    private static let daysFrom0000March1To1970 = 719_468

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter days: Whole days since 1970-01-01, negative before it.
    init(daysSince1970 days: Int) {
        let shifted = days + Self.daysFrom0000March1To1970
        let era = shifted.flooredQuotient(by: Self.daysPer400Years)
        let dayOfEra = shifted - era * Self.daysPer400Years
        // The 4-year, 100-year and 400-year corrections, undone.
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // From March on, five months have 153 days: 31 30 31 30 31.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Whole days since 1970-01-01.
    var daysSince1970: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch.flooredQuotient(by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPer400Years + dayOfEra - Self.daysFrom0000March1To1970
    }

    /// The day exists: going there and back ends where it began.
    var isValid: Bool {
        (1...12).contains(month) && (1...31).contains(day) && CivilDate(daysSince1970: daysSince1970) == self
    }
}

extension BinaryInteger {
    /// Division that rounds towards minus infinity, so that times before 1970 fall into the right day.
    func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
