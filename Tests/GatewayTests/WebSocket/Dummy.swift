import Testing
@Suite struct Dummy { @Test func t() {} }
