import Testing

/// What every store does alike with projects, requests, tasks, subtasks and sessions. One after the other: each test
/// makes a database, and others measure how long theirs take.
@Suite(.serialized) enum WorkStoreTests {}
