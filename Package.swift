// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target. Each feature names the proposal that explains it.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // SE-0458: every unsafe expression is marked, so a reviewer can find all of them.
    .strictMemorySafety(),
    // SE-0335: `any` is written where a value is boxed.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is internal unless it says otherwise.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
    // SE-0461: a nonisolated async function stays on its caller's executor, here the event loop.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // SE-0470: a conformance of an isolated type is isolated too.
    .enableUpcomingFeature("InferIsolatedConformances"),
    // SE-0481: a weak reference may be a `let`.
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    // SE-0446: spans returned from our own types; experimental in name, see docs/workarounds.md.
    .enableExperimentalFeature("Lifetimes"),
]

/// `DCM_WARNINGS=errors` is set by CI and script/test; a user's newer compiler may warn without breaking the build.
let warnings: [SwiftSetting] =
    Context.environment["DCM_WARNINGS"] == "errors" ? [.treatAllWarnings(as: .error)] : []

let package = Package(
    name: "dcm",
    products: [
        .executable(name: "dcm", targets: ["dcm"]),
        .executable(name: "dcm-bench", targets: ["dcm-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CUV", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Bus",
            dependencies: [
                "CUV",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "Storage",
            dependencies: [
                "Bus", "CPQ",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "Agents",
            dependencies: [
                "Bus", "Storage",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "Bus", "Storage", "Agents", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .executableTarget(
            name: "dcm",
            dependencies: [
                "Bus", "Storage", "Agents", "Gateway",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "dcm-bench",
            dependencies: [
                "Agents", "Bus", "Gateway", "Storage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "bench/load"
        ),
        .target(
            name: "TestSupport",
            dependencies: ["Bus", "Storage", .product(name: "Logging", package: "swift-log")],
            path: "Tests/TestSupport"
        ),
        .testTarget(name: "BusTests", dependencies: ["Bus", "TestSupport"]),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Storage", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(name: "AgentsTests", dependencies: ["Agents", "TestSupport"], exclude: ["Context/Golden"]),
        .testTarget(name: "GatewayTests", dependencies: ["Gateway", "TestSupport"]),
    ]
)

// Built by script/fuzz only: libFuzzer brings its own `main`, so these targets link with `--sanitize fuzzer` alone.
if Context.environment["DCM_FUZZ"] == "1" {
    let fuzzers = ["HTTPRequestParserFuzz", "JSONScannerFuzz", "SubscriptionTableFuzz", "WebSocketParserFuzz"]
    for name in fuzzers {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: ["Bus", "Gateway", .product(name: "HTTPTypes", package: "swift-http-types")],
                path: "Tests/Fuzz",
                exclude: ["Corpus"] + fuzzers.filter { $0 != name }.map { "\($0).swift" },
                sources: ["\(name).swift"],
                swiftSettings: [.unsafeFlags(["-parse-as-library"])]
            )
        )
    }
}

for target in package.targets where target.type != .system {
    target.swiftSettings = settings + warnings + (target.swiftSettings ?? [])
}
