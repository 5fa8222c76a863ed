/// Words that say nothing about a task. Those of one or two letters are too short to be keywords and stand here because
/// the list is part of the wire contract.
enum StopWords {
    static let all = [
        "the", "a", "an", "is", "are", "was", "were", "be", "been", "being", "have", "has", "had", "do", "does", "did",
        "will", "would", "could", "should", "may", "might", "must", "shall", "can", "to", "of", "in", "for", "on",
        "with", "at", "by", "from", "as", "or", "and", "but", "if", "then", "else", "when", "where", "how", "all",
        "each", "every", "both", "few", "more", "most", "other", "some", "such", "no", "nor", "not", "only", "own",
        "same", "so", "than", "too", "very", "just", "also", "now", "here", "there", "this", "that", "these", "those",
        "file", "path", "true", "false", "null", "undefined", "error", "ok",
    ]
}
