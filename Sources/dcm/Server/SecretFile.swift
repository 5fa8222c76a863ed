import Foundation

/// The secret of a server that was given none: random, kept in the data folder, so that tokens survive a restart.
enum SecretFile {
    /// Reads the secret of `folder`, or makes one that only its user can read.
    static func secret(in folder: String) throws -> String {
        let path = "\(folder)/auth.secret"
        if let data = FileManager.default.contents(atPath: path), data.count >= 32 {
            return String(decoding: data, as: UTF8.self)
        }
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<4).map { _ in String(generator.next(), radix: 16) }.joined(separator: "-")
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: Data(secret.utf8), attributes: attributes) else {
            throw CommandError("The data folder \(folder) can't be written.")
        }
        return secret
    }
}
