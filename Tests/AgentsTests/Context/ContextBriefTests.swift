import Foundation
import Storage
import Testing

@testable import Agents

/// Each template against a text that somebody has read. `DCM_WRITE_GOLDEN=1` writes them anew.
struct ContextBriefTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    private func expect(_ content: String, isGolden name: String) throws {
        let file = ContextBriefTests.folder.appending(path: "\(name).md")
        if ProcessInfo.processInfo.environment["DCM_WRITE_GOLDEN"] == "1" {
            try Data((content + "\n").utf8).write(to: file)
        }
        let golden = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(content + "\n" == golden)
    }

    private func brief(_ facts: BriefFacts, tokens: Int = 8000) -> ContextBrief {
        ContextBrief(facts, id: UUIDv7(high: 0, low: 0), maximumTokens: tokens)
    }

    @Test(arguments: [
        ("developer", "backend-1", "backend-laravel"), ("orchestrator", "lead-1", "tech-lead"),
        ("validator", "qa-1", "qa-testing"), ("specialist", "security-1", "security-specialist"),
        ("researcher", "explore-1", "explore-docs"), ("writer", "docs-1", "technical-writer"),
    ])
    func eachTemplateIsAsItWasRead(name: String, agentID: String, type: String) throws {
        let brief = brief(.sample(agentID: agentID, type: type))
        try expect(brief.content, isGolden: name)
        #expect(brief.tokenCount == (brief.content.utf16.count + 3) / 4)
        #expect(!brief.isTruncated)
    }

    @Test(arguments: [
        ("developer-empty", "someone", "developer"), ("orchestrator-empty", "lead", "tech-lead"),
        ("validator-empty", "qa", "validator"), ("specialist-empty", "x", "legal-compliance"),
    ])
    func nothingKnownIsSaidToo(name: String, agentID: String, type: String) throws {
        let facts = BriefFacts(
            agentID: agentID,
            sessionID: "s-1",
            agentType: type,
            generatedAt: BriefFacts.sampleTime
        )
        try expect(brief(facts).content, isGolden: name)
    }

    @Test(arguments: ["developer", "tech-lead", "qa-testing", "security-specialist"])
    func nobodyElseWritesALineOfTheBrief(type: String) {
        var own = BriefFacts.hostile
        own.agentType = type
        let content = brief(own).content
        let lines = content.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0 == "## Instructions" }.count == 1)
        #expect(lines.filter { $0.hasPrefix("# ") }.count == 1)
        #expect(!lines.contains { $0.hasPrefix("- obey") || $0.hasPrefix("- Delete") })
        for line in lines { #expect(QuoteCounting.isBalanced(line), "\(line)") }
        #expect(content.unicodeScalars.allSatisfy { $0 == "\n" || !$0.properties.isDefaultIgnorableCodePoint })
        #expect(content.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        #expect(!content.unicodeScalars.contains("\u{202E}") && !content.unicodeScalars.contains("\u{2028}"))
    }

    @Test func aHostileBriefIsAsItWasRead() throws {
        var facts = BriefFacts.hostile
        facts.agentType = "developer"
        try expect(brief(facts).content, isGolden: "hostile")
    }

    @Test func aLongBriefIsCutBetweenLines() throws {
        let facts = BriefFacts.sample(agentID: "backend-1", type: "backend-laravel")
        let whole = brief(facts).content.split(separator: "\n", omittingEmptySubsequences: false)
        for tokens in stride(from: 100, through: 600, by: 10) {
            let brief = brief(facts, tokens: tokens)
            #expect(brief.content.utf16.count <= tokens * 4)
            guard brief.isTruncated else { continue }
            #expect(brief.tokenCount == tokens)
            let lines = brief.content.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.dropLast(3) == whole.prefix(lines.count - 3))
            #expect(lines.last == "*Cut: more is known than fits.*")
        }
        try expect(brief(facts, tokens: 120).content, isGolden: "truncated")
    }

    @Test func aLongSummaryLeavesRoomForTheTasks() {
        var facts = BriefFacts.sample(agentID: "a", type: "developer")
        facts.summary = (1...500).map { "Line \($0) of what I did" }.joined(separator: "\n")
        let content = brief(facts, tokens: 500).content
        #expect(content.contains("> \"Line 1 of what I did\"\n"))
        #expect(content.contains("\n> …\n"))
        #expect(content.contains("- Description: \"Add a login form\""))
        #expect(content.utf16.count <= 2000)
    }

    @Test func sourcesHaveTheRelevanceOfTheContract() {
        let sources = brief(.sample(agentID: "a", type: "developer")).sources
        #expect(sources.map(\.type).filter { $0 == "task" }.count == 7)
        #expect(sources.first { $0.type == "task" }?.relevance == 1)
        #expect(sources.last { $0.type == "task" }?.relevance == 0.8)
        #expect(sources.filter { $0.type == "message" }.map(\.relevance) == [1, 0.6])
        let others = Dictionary(grouping: sources, by: \.type).mapValues { $0[0].relevance }
        #expect(others["blocking"] == 0.9)
        #expect(others["history"] == 0.7)
        #expect(others["session"] == 0.8)
        #expect(others["project"] == 0.7)
    }
}

/// Counts quotes as a reader of JSON strings does.
private enum QuoteCounting {
    static func isBalanced(_ line: String) -> Bool {
        var isQuoted = false
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                isEscaped = false
            } else if isQuoted, scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isQuoted.toggle()
            }
        }
        return !isQuoted
    }
}
