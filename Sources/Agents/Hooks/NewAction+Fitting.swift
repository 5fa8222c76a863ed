extension NewAction {
    /// Makes a hook's report fit: hooks don't come again, so what is too long or can't be stored is cut or left out.
    ///
    /// Names, ids and the project's path lose their NULs and what is longer than their limits, at the end of a whole
    /// character; paths of files that are too long, and those beyond the bounds of all paths together, are left out.
    mutating func fit() {
        toolName = NewAction.fitting(toolName, NewAction.maximumNameLength) ?? ""
        sessionID = sessionID.flatMap { NewAction.fitting($0, NewAction.maximumNameLength) }
        projectPath = projectPath.flatMap { NewAction.fitting($0, NewAction.maximumPathLength) }
        var bytesLeft = NewAction.maximumPathBytes
        filePaths = Array(
            filePaths.lazy.filter { $0.utf8.count <= NewAction.maximumPathLength }
                .compactMap { NewAction.fitting($0, NewAction.maximumPathLength) }
                .prefix(NewAction.maximumPaths)
        )
        .filter { path in
            bytesLeft -= path.utf8.count
            return bytesLeft >= 0
        }
    }

    /// The text without NULs, cut to so many bytes; nil if nothing is left.
    static func fitting(_ text: String, _ limit: Int) -> String? {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars where scalar != "\0" {
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            kept.append(scalar)
        }
        return kept.isEmpty ? nil : String(kept)
    }
}
