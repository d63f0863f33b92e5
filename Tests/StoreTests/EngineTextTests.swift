import Testing

@testable import Store

@Suite struct EngineTextTests {
    @Test(arguments: [
        ("a = ? AND b = ?", "a = $1 AND b = $2"),
        ("'?' || ?", "'?' || $1"),
        ("'it''s ?' || ?", "'it''s ?' || $1"),
        (#"E'\'?' || ?"#, #"E'\'?' || $1"#),
        (#"LIKE ? ESCAPE '\' AND b = ?"#, #"LIKE $1 ESCAPE '\' AND b = $2"#),
        (#""na?me" = ?"#, #""na?me" = $1"#),
        ("? -- why?\n+ ?", "$1 -- why?\n+ $2"),
        ("/* ? */ ? - ?", "/* ? */ $1 - $2"),
        ("$$ ? $$ || ?", "$$ ? $$ || $1"),
        ("$f$ ? $$ ? $f$ || ?", "$f$ ? $$ ? $f$ || $1"),
        ("'unfinished ?", "'unfinished ?"),
        ("", ""),
    ])
    func `placeholders are numbered where they are code`(sql: String, numbered: String) {
        let statement = NumberedSQL(sql)
        #expect(statement.text(isNull: Array(repeating: false, count: statement.placeholderCount)) == numbered)
    }

    @Test func `a NULL is written out and takes no number`() {
        #expect(
            NumberedSQL("? IS NULL OR a = ? OR b = ?").text(isNull: [true, false, false])
                == "NULL IS NULL OR a = $1 OR b = $2")
    }

    @Test func `statements end at semicolons that are code`() {
        let script = MigrationScript(
            """
            -- First; of all
            INSERT INTO a VALUES ('x;y'); /* ; */ ;
            CREATE TRIGGER t AFTER INSERT ON a BEGIN
                UPDATE a SET b = CASE WHEN b > 1 THEN 2 ELSE 3 END;
                DELETE FROM c;
            END;
            CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql;
            SELECT 1
            """)
        let statements = script.statements(for: .sqlite)
        #expect(statements.count == 4)
        #expect(statements[0] == "INSERT INTO a VALUES ('x;y')")
        #expect(statements[1].hasSuffix("END"))
        #expect(statements[2].hasSuffix("plpgsql"))
        #expect(statements[3] == "SELECT 1")
    }

    @Test func `TEXT becomes collated on PostgreSQL where it is a column's type`() {
        let script = MigrationScript(
            """
            CREATE TABLE a (text TEXT NOT NULL DEFAULT 'TEXT', "TEXT" BIGINT, b TEXT COLLATE "x", -- TEXT
                c BIGINT CHECK (CAST(c AS TEXT) <> ''));
            ALTER TABLE a ADD COLUMN d TEXT;
            UPDATE a SET b = CAST(c AS TEXT);
            """)
        let statements = script.statements(for: .postgres)
        #expect(
            statements[0].contains(
                #"text TEXT COLLATE "C" NOT NULL DEFAULT 'TEXT', "TEXT" BIGINT, b TEXT COLLATE "x","#))
        #expect(statements[0].contains("CAST(c AS TEXT)"))
        #expect(statements[1] == #"ALTER TABLE a ADD COLUMN d TEXT COLLATE "C""#)
        #expect(statements[2] == "UPDATE a SET b = CAST(c AS TEXT)")
        #expect(script.statements(for: .sqlite)[1] == "ALTER TABLE a ADD COLUMN d TEXT")
    }

    @Test func `a location is read from text and never shows its password`() throws {
        #expect(try DatabaseLocation("sqlite:/var/lib/x.sqlite") == .sqlite(path: "/var/lib/x.sqlite"))
        let location = try DatabaseLocation(
            "postgres://ann:s3cret@db.example:5433/fleet?sslmode=require&password=s3cret")
        #expect(location.description == "postgres://ann@db.example:5433/fleet")
        var dumped = ""
        dump(location, to: &dumped)
        for text in ["\(location)", String(reflecting: location), dumped, "\([location])"] {
            #expect(!text.contains("s3cret"))
        }
    }

    @Test(arguments: ["", "sqlite:", "sqlite::memory:", "mysql://x", "postgres://ann:s3cret%zz@db/x", "/var/x.sqlite"])
    func `a location that makes no sense is refused without repeating it`(text: String) throws {
        let error = try #require(throws: StoreError.self) { try DatabaseLocation(text) }
        #expect(!error.description.contains("s3cret"))
    }
}
