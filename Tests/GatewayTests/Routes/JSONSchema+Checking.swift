import Bus
import Foundation
import Storage

@testable import Gateway

extension JSONSchema {
    /// Where a JSON text is not what the schema says.
    func problems(with bytes: [UInt8]) throws -> [String] {
        problems(with: try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed), at: "$")
    }

    private func problems(with value: Any, at place: String) -> [String] {
        let isRight: Bool
        switch self {
        case .text: isRight = value is String
        case .uuid: isRight = (value as? String).flatMap { UUIDv7($0) } != nil
        case .time: isRight = (value as? String).flatMap { Timestamp(iso8601: $0) } != nil
        case .choice(let choices): isRight = (value as? String).map(choices.contains) == true
        case .integer: isRight = (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } == true
        case .number: isRight = value is NSNumber
        case .boolean: isRight = value is Bool
        case .anything: isRight = true
        case .named(_, let schema), .sometimes(let schema): return schema.problems(with: value, at: place)
        case .optional(let schema): return value is NSNull ? [] : schema.problems(with: value, at: place)
        case .array(let element):
            guard let values = value as? [Any] else { return ["\(place) is no array"] }
            return values.enumerated().flatMap { element.problems(with: $1, at: "\(place)[\($0)]") }
        case .map(let element):
            guard let values = value as? [String: Any] else { return ["\(place) is no object"] }
            return values.flatMap { element.problems(with: $1, at: "\(place).\($0)") }
        case .members(let members):
            guard let values = value as? [String: Any] else { return ["\(place) is no object"] }
            return problems(with: values, members, at: place)
        }
        return isRight ? [] : ["\(place) is \(value)"]
    }

    /// Members that aren't described are problems too: nobody would know of them.
    private func problems(
        with values: [String: Any],
        _ members: [JSONMember],
        at place: String
    ) -> [String] {
        var problems = Set(values.keys).subtracting(members.map(\.name)).map { "\(place).\($0) is not described" }
        for (name, schema) in members {
            if let value = values[name] {
                problems += schema.problems(with: value, at: "\(place).\(name)")
            } else if case .sometimes = schema {
                continue
            } else {
                problems.append("\(place).\(name) is missing")
            }
        }
        return problems
    }
}
