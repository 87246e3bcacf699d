//! What `match` prints: one JSON value a match.

use serde_json::{Value, json};

use crate::watch::{Hit, Match};

/// `{"id","watch","evidence":[{"field","start","end","text","clause"}]}`, with `id` the entry's.
pub fn to_json(id: &str, found: &Match) -> Value {
    let evidence: Vec<Value> = found.evidence.iter().map(hit_to_json).collect();
    json!({ "id": id, "watch": found.watch, "evidence": evidence })
}

fn hit_to_json(hit: &Hit) -> Value {
    json!({ "field": hit.field, "start": hit.start, "end": hit.end, "text": hit.text, "clause": hit.clause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_documented_order() {
        let hit = Hit { field: "title".into(), start: 4, end: 10, text: "Boeing".into(), clause: "boeing".into() };
        let found = Match { watch: "aviation".into(), evidence: vec![hit] };
        assert_eq!(
            to_json("e1", &found).to_string(),
            r#"{"id":"e1","watch":"aviation","evidence":[{"field":"title","start":4,"end":10,"text":"Boeing","clause":"boeing"}]}"#
        );
    }
}
