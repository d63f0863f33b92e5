// swift-tools-version: 6.2
import PackageDescription

/// Settings every target of ours is built with: see ARCHITECTURE.md, "The build checks the architecture".
let houseSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let heapModule = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioConcurrencyHelpers = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioFoundationCompat = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "edgewright",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "edgewright", targets: ["edgewright"]),
        .executable(name: "edgewright-agent", targets: ["edgewright-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.3"..<"5.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        // The domain: values, names and limits. No I/O, no clock, no randomness of its own.
        .target(name: "Fleet", swiftSettings: houseSettings),

        // An HTTP exchange with something remote.
        .target(
            name: "Transport",
            dependencies: [
                collections, httpTypes, logging, nioCore, nioConcurrencyHelpers, nioExtras, nioHPACK, nioHTTP1,
                nioHTTP2,
                nioHTTPTypes, nioHTTPTypesHTTP1, nioPosix, nioSSL, nioTLS,
            ],
            swiftSettings: houseSettings),

        // Who an agent is, and how it proves it: the same at both ends.
        .target(name: "AgentIdentity", dependencies: [crypto], swiftSettings: houseSettings),

        // What the agent's program is made of.
        .target(
            name: "Agent",
            dependencies: [
                "AgentIdentity", "Fleet", "Transport", httpTypes, logging, nioCore, nioFoundationCompat, nioPosix,
                serviceLifecycle, yams,
            ],
            swiftSettings: houseSettings),

        // SQLite and PostgreSQL behind one set of queries.
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "Store",
            dependencies: [
                "Fleet", "CPQ", collections, logging, nioCore, nioConcurrencyHelpers, nioPosix,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Migrations")],
            swiftSettings: houseSettings),

        // How each category of edge service is spoken to.
        .target(
            name: "Drivers",
            dependencies: [
                "Fleet", "Transport", crypto, cryptoExtras, httpTypes, jwtKit, logging, nioCore, nioConcurrencyHelpers,
                nioFoundationCompat,
            ],
            swiftSettings: houseSettings),

        // Where hosted services run.
        .target(
            name: "Hosting",
            dependencies: ["Fleet", "Transport", httpTypes, nioCore, nioFoundationCompat], swiftSettings: houseSettings),

        // The use cases, one folder a capability.
        .target(
            name: "ControlPlane",
            dependencies: [
                "AgentIdentity", "Fleet", "Store", "Drivers", "Hosting", "Transport", collections, heapModule, crypto,
                cryptoExtras,
                httpTypes,
                logging, metrics, nioCore, nioConcurrencyHelpers, nioFoundationCompat, nioPosix, serviceLifecycle,
            ],
            swiftSettings: houseSettings),

        // The public API over HTTP. Cannot see the store.
        .target(
            name: "Server",
            dependencies: [
                "ControlPlane", "Fleet", "Hosting", "Transport", collections, crypto, httpTypes, logging, metrics,
                nioCore,
                nioConcurrencyHelpers, nioFoundationCompat, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP1,
                nioHTTPTypesHTTP2, nioPosix, nioSSL, nioTLS, serviceLifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            resources: [.copy("Resources/openapi.yaml")],
            swiftSettings: houseSettings),

        // Typed client of the public API.
        .target(
            name: "Client",
            dependencies: ["Fleet", asyncHTTPClient, nioCore, nioFoundationCompat, nioHTTP1, nioPosix, nioSSL],
            swiftSettings: houseSettings),

        // The stand-in edge services behind `edgewright simulate`.
        .target(
            name: "Simulator",
            dependencies: [
                "Agent", "AgentIdentity", "Fleet", "Transport", crypto, cryptoExtras, logging, nioCore,
                nioConcurrencyHelpers, nioFoundationCompat, nioHTTP1,
                nioPosix, nioWebSocket, serviceLifecycle,
            ],
            swiftSettings: houseSettings),

        .executableTarget(
            name: "edgewright",
            dependencies: [
                "Client", "ControlPlane", "Drivers", "Fleet", "Server", "Simulator", "Store", "Transport", logging,
                metrics, nioCore, nioConcurrencyHelpers, nioPosix, nioSSL, serviceLifecycle, yams,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseSettings),
        .executableTarget(
            name: "edgewright-agent",
            dependencies: [
                "Agent", "AgentIdentity", "Fleet", "Transport", logging, nioPosix, serviceLifecycle,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: houseSettings),

        // One scoped helper a world: a store on either engine, a simulated fleet, a running control plane.
        .target(
            name: "TestSupport",
            dependencies: [
                "AgentIdentity", "Client", "ControlPlane", "Drivers", "Fleet", "Server", "Simulator", "Store",
                "Transport",
                asyncHTTPClient, httpTypes, logging, nioCore, nioConcurrencyHelpers, nioFoundationCompat, nioHTTP1,
                nioPosix, nioSSL, serviceLifecycle,
            ],
            swiftSettings: houseSettings),
        .testTarget(name: "FleetTests", dependencies: ["Fleet"], swiftSettings: houseSettings),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "Transport", "TestSupport", httpTypes, nioCore, nioEmbedded, nioHPACK, nioHTTP1, nioHTTP2, nioPosix,
                nioSSL,
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "AgentIdentity", "edgewright-agent", "TestSupport", "Fleet", "Transport", httpTypes, logging,
                nioCore, nioFoundationCompat, nioHTTP1, nioPosix, serviceLifecycle,
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "AgentIdentityTests", dependencies: ["AgentIdentity", "TestSupport"], swiftSettings: houseSettings),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "TestSupport", "Fleet", logging], swiftSettings: houseSettings),
        .testTarget(
            name: "DriversTests",
            dependencies: [
                "Drivers", "TestSupport", "Fleet", "Transport", "Simulator", httpTypes, nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "HostingTests",
            dependencies: ["Hosting", "TestSupport", "Fleet", "Transport", crypto, httpTypes, nioCore],
            swiftSettings: houseSettings),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "AgentIdentity", "ControlPlane", "TestSupport", "Fleet", "Store", "Drivers", "Transport", logging,
                nioCore, nioHTTP1,
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "AgentIdentity", "Server", "ControlPlane", "TestSupport", "Fleet", "Simulator", "Transport", httpTypes,
                logging, nioCore, nioEmbedded, nioHPACK, nioHTTP1, nioHTTP2, nioPosix, nioSSL, yams,
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "Client", "edgewright", "Fleet", nioCore, nioConcurrencyHelpers, nioHTTP1, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "SimulatorTests",
            dependencies: [
                "Simulator", "TestSupport", "Fleet", asyncHTTPClient, crypto, cryptoExtras, nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: houseSettings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["TestSupport", "Client", "Fleet", "Store", asyncHTTPClient, nioCore, nioHTTP1],
            swiftSettings: houseSettings),
    ],
    swiftLanguageModes: [.v6]
)
