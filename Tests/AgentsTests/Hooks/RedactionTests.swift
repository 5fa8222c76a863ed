import Testing

@testable import Agents

struct RedactionTests {
    @Test(arguments: [
        // Shell words, options, headers.
        ("export API_KEY=abc123 && run", "export API_KEY=[redacted] && run"),
        ("GITHUB_TOKEN='a b' gh", "GITHUB_TOKEN='[redacted]' gh"),
        ("mysql --password hunter2 -u me", "mysql --password [redacted] -u me"),
        ("mysql --password=hunter2", "mysql --password=[redacted]"),
        (#"curl -H "Authorization: Bearer abc.def" x"#, #"curl -H "Authorization: [redacted]" x"#),
        ("Authorization: Basic dXNlcg==\nHost: a", "Authorization: [redacted]\nHost: a"),
        ("https://a/?access_token=abc&x=1", "https://a/?access_token=[redacted]&x=1"),
        ("Client-Secret: s3", "Client-Secret: [redacted]"),
        // JSON, and JSON inside of strings.
        (#"{"password":"p\"q","user":"u"}"#, #"{"password":"[redacted]","user":"u"}"#),
        (#"{"apiKey" : "k" }"#, #"{"apiKey" : "[redacted]" }"#),
        (#"{"token":12345}"#, #"{"token":[redacted]}"#),
        (#"{"c":"{\"secret\": \"s\\\"t\", \"a\": 1}"}"#, #"{"c":"{\"secret\": \"[redacted]\", \"a\": 1}"}"#),
        (#"{"c":"PASSWORD=x\nnext"}"#, #"{"c":"PASSWORD=[redacted]\nnext"}"#),
        (#"{"password":"\\","b":"c"}"#, #"{"password":"[redacted]","b":"c"}"#),
        // Cut in the middle of the value.
        (#"{"password":"abc"#, #"{"password":"[redacted]"#),
        // Several, and done twice.
        ("a_token=1 b_token=2", "a_token=[redacted] b_token=[redacted]"),
        (#"{"password":"[redacted]"}"#, #"{"password":"[redacted]"}"#),
        ("TOKEN=[redacted]", "TOKEN=[redacted]"),
        ("é password=ü é", "é password=[redacted] é"),
    ])
    func secretsAreReplaced(text: String, expected: String) {
        #expect(Redaction.redacted(text) == expected)
    }

    @Test(arguments: [
        "", "plain text", "the password, \"x\"", "max_tokens=100 token_count: 3", "if token == other {", "token => x",
        #"{"password":null,"secret":true,"token":""}"#, "Secret::new()", "--token --verbose", "password", "password=",
        "password: ", "tokenizer=fast", #"{"secrets":{"a":"b"}}"#, "\\\\\\", "\"\"\"", "= : = :",
    ])
    func othersAreLeftAlone(text: String) {
        #expect(Redaction.redacted(text) == text)
    }

    @Test func theMarkCanBeLeftOut() {
        #expect(Redaction.redacted("token=abc def", mark: "") == "token= def")
    }

    @Test func everyBeginningOfATextIsTaken() {
        let text = #"{"c":"{\"secret\": \"s\\\"t\"} --token x Authorization: Bearer y","password":"z é"}"#
        var prefix = ""
        for character in text {
            prefix.append(character)
            let redacted = Redaction.redacted(prefix)
            #expect(Redaction.redacted(redacted) == redacted)
        }
    }
}
