import Bus

/// One table: rows with the same columns, as text for people or as JSON.
struct Report: Sendable {
    enum Value: Sendable {
        case text(String)
        /// Printed without digits behind the point and with groups of three.
        case count(Double)
        /// Printed with two or three significant digits behind the point.
        case measure(Double)

        var number: Double? {
            switch self {
            case .text: nil
            case .count(let number), .measure(let number): number
            }
        }
    }

    struct Row: Sendable {
        let name: String
        var cells: [(column: String, value: Value)]
    }

    let title: String
    var rows: [Row]

    /// The table in Markdown, which reads well in a terminal too.
    var table: String {
        guard let first = rows.first else { return title }
        let header = [""] + first.cells.map(\.column)
        let lines = [header] + rows.map { row in [row.name] + row.cells.map { Report.text($0.value) } }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { index in
                let blanks = String(repeating: " ", count: max(0, widths[index] - cells[index].count))
                return index == 0 ? cells[index] + blanks : blanks + cells[index]
            }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        let rule = widths.indices.map { index in
            index == 0
                ? String(repeating: "-", count: widths[0])
                : String(repeating: "-", count: max(1, widths[index] - 1)) + ":"
        }
        return ([title, "", line(header), line(rule)] + lines.dropFirst().map(line)).joined(separator: "\n") + "\n"
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .text(let text): return text
        case .count(let number):
            var digits = Array(String(Int(number.rounded())))
            var position = digits.count - 3
            while position > (number < 0 ? 1 : 0) {
                digits.insert(" ", at: position)
                position -= 3
            }
            return String(digits)
        case .measure(let number):
            let factor = abs(number) < 1 ? 1000.0 : 100.0
            return "\((number * factor).rounded() / factor)"
        }
    }

    /// `{"title":...,"rows":[{"name":...,"<column>":...}]}`
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.field("title", title)
        json.key("rows")
        json.beginArray()
        for row in rows {
            json.beginObject()
            json.field("name", row.name)
            for cell in row.cells {
                if let number = cell.value.number {
                    json.field(cell.column, number)
                } else {
                    json.field(cell.column, Report.text(cell.value))
                }
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The median of each cell over several runs of the same measurement; text is joined where it differs.
    static func median(_ reports: [Report]) -> Report? {
        guard var result = reports.first else { return nil }
        for row in result.rows.indices {
            for cell in result.rows[row].cells.indices {
                let values = reports.map { $0.rows[row].cells[cell].value }
                result.rows[row].cells[cell].value = median(values)
            }
        }
        return result
    }

    private static func median(_ values: [Value]) -> Value {
        let numbers = values.compactMap(\.number).sorted()
        switch values[0] {
        case .count: return .count(numbers[numbers.count / 2])
        case .measure: return .measure(numbers[numbers.count / 2])
        case .text:
            var texts: [String] = []
            for value in values where !texts.contains(text(value)) { texts.append(text(value)) }
            return .text(texts.joined(separator: ", "))
        }
    }
}
