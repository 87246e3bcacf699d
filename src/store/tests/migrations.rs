//! What older schemas held comes through the changes to newer ones.

use super::{MIGRATIONS, Migrations};

#[test]
fn what_the_first_schema_held_survives_the_change_to_digests() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    let before = Migrations::from_slice(&MIGRATIONS[..2]);
    before.to_latest(&mut connection).unwrap();
    connection
        .execute_batch(
            "INSERT INTO story VALUES (7, 'Lock closed', 10, 10);
             INSERT INTO alert VALUES (1, 'desk', 7, 0, 'new', '[\"w\"]', 'queued', 10, 10, 10, 1, 'because');
             INSERT INTO delivery VALUES (1, 1, 'mail:a@a.example', 2, 'sent', 'm1', x'00', 1, 10, NULL, 11);
             INSERT INTO attempt VALUES (1, 1, 10, 11, 'sent', '250');
             INSERT INTO decision VALUES (1, 7, 3, 'desk', 'raise', 'because', 10);",
        )
        .unwrap();
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).unwrap();
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("SELECT events || ' ' || priority || ' ' || state FROM alert"), "[\"new\"] 2 queued");
    assert_eq!(one("SELECT channel || ' ' || state || ' ' || hex(payload) FROM delivery"), "mail:a@a.example sent 00");
    assert_eq!(one("SELECT outcome || ' ' || detail FROM attempt"), "sent 250");
    assert_eq!(one("SELECT outcome || ' ' || reason FROM decision"), "raise because");
    let references = "SELECT group_concat(\"table\") FROM pragma_foreign_key_list('attempt')";
    assert_eq!(one(references), "delivery");
    let broken: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0)).unwrap();
    assert_eq!(broken, 0);
}

#[test]
fn a_correction_told_before_stands_beside_its_entry_after() {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    Migrations::from_slice(&MIGRATIONS[..7]).to_latest(&mut connection).unwrap();
    connection
        .execute_batch(
            "INSERT INTO feed (id, url, baselined, next_poll, next_reason, failures) VALUES (1, 'u', 1, 0, '', 0);
             INSERT INTO story (id, headline, founded, last_member) VALUES (1, 'h', 1, 1);
             INSERT INTO entry (id, feed, outlet, title, text, links, tags, seen, baseline, story, relation, reason, score)
             VALUES (1, 1, 'o', 't', 'x', '[]', '[]', 1, 0, 1, 'first', '', 0);
             INSERT INTO correction VALUES (1, 'It was Tuesday.', 50);
             INSERT INTO silence VALUES (4, 'watch', 'w', 'desk', 1, 9, 'moving house');",
        )
        .unwrap();
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).unwrap();
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("SELECT corrects || ' ' || corrected FROM entry"), "It was Tuesday. 50");
    assert_eq!(one("SELECT id || kind || value || recipient || note FROM silence"), "4watchwdeskmoving house");
}
