//! The bodies of services: their shape, and that no text of a feed can be anything but text in them.

use proptest::prelude::*;
use serde_json::Value;

use super::{HookTemplate, Payload, samples};

fn services() -> Vec<(&'static str, Payload)> {
    vec![
        ("standard", Payload::Standard),
        ("slack", Payload::Slack),
        ("discord", Payload::Discord),
        ("teams", Payload::Teams),
        ("matrix", Payload::Matrix),
        ("telegram", Payload::Telegram { chat: "-100".to_owned() }),
        ("ntfy", Payload::Ntfy { topic: "locks".to_owned() }),
        ("apprise", Payload::Apprise),
    ]
}

fn body(payload: &Payload, text: &str) -> Value {
    let [_, mut alert] = samples();
    alert.headline = text.to_owned();
    alert.watches[0].name = text.to_owned();
    alert.watches[0].text = format!("{text} cracks");
    alert.watches[0].evidence.truncate(1);
    for member in &mut alert.story.members {
        member.title = text.to_owned();
        member.outlet_name = text.to_owned();
        member.url = Some(format!("https://example.org/{text}"));
    }
    let message = payload.alert(&alert).expect("no template");
    assert!(message.bytes.len() < 20_000, "{} bytes", message.bytes.len());
    serde_json::from_slice(&message.bytes).expect("JSON")
}

#[test]
fn each_service_gets_what_it_documents() {
    let [alert, _] = samples();
    for (name, payload) in services() {
        let message = payload.alert(&alert).expect("no template");
        let body: Value = serde_json::from_slice(&message.bytes).expect("JSON");
        assert!(message.id.starts_with("msg_"), "{name}");
        let required: &[&str] = match name {
            "standard" => &["/type", "/timestamp", "/data/headline"],
            "slack" => &["/text", "/blocks/0/text/text", "/blocks/1/text/text"],
            "discord" => &["/embeds/0/title", "/embeds/0/description", "/embeds/0/url", "/allowed_mentions/parse"],
            "teams" => &["/attachments/0/contentType", "/attachments/0/content/body/0/inlines/0/text"],
            "matrix" => &["/msgtype", "/body", "/formatted_body"],
            "telegram" => &["/chat_id", "/text", "/parse_mode"],
            "ntfy" => &["/topic", "/title", "/message", "/priority", "/click"],
            _ => &["/title", "/body", "/type"],
        };
        for pointer in required {
            assert!(body.pointer(pointer).is_some(), "{name} has no {pointer}: {body}");
        }
        let text = body.to_string();
        assert!(text.contains("sea lock"), "{name}: {text}");
    }
}

#[test]
fn markup_of_a_headline_is_text() {
    let hostile = "<!channel> @everyone **bold** [x](https://evil.example) <b>x</b> `code` |spoiler|";
    let slack = body(&Payload::Slack, hostile);
    assert!(!slack["text"].as_str().expect("text").contains('<'), "{slack}");
    let blocks = slack["blocks"].as_array().expect("blocks");
    let markup: Vec<&str> = blocks
        .iter()
        .flat_map(|block| block["elements"].as_array().into_iter().flatten())
        .filter_map(|element| element["text"].as_str())
        .collect();
    assert!(!markup.is_empty() && markup.iter().all(|text| text.starts_with("<https://example.org/")), "{markup:?}");
    let discord = body(&Payload::Discord, hostile);
    let text = discord["embeds"][0]["description"].as_str().expect("text").to_owned();
    assert!(!text.contains("**bold") && !text.contains("](https://evil"), "{text}");
    assert_eq!(discord["allowed_mentions"]["parse"], serde_json::json!([]));
    for (payload, pointer) in
        [(Payload::Matrix, "/formatted_body"), (Payload::Telegram { chat: "1".to_owned() }, "/text")]
    {
        let text = body(&payload, hostile).pointer(pointer).and_then(Value::as_str).expect("text").to_owned();
        assert!(text.contains("&lt;b&gt;") && !text.contains("<b>x"), "{text}");
    }
}

#[test]
fn a_template_of_a_user_gets_the_facts_escaped() {
    let source =
        "{\"text\": {{ title }}, \"more\": {{ text }}, \"first\": {{ lines[0].text }}, \"id\": {{ data.data.story }}}";
    let template = HookTemplate::new("mine.json", source).expect("a good template");
    let body = body(&Payload::Template(template), "a \"quoted\" \\ headline</script>");
    assert!(body["text"].as_str().is_some_and(|text| text.contains("a \"quoted\" \\ headline</script>")), "{body}");
    let refused = HookTemplate::new("mine.json", "{\"text\": \"{{ title }}\"").expect_err("no JSON");
    assert!(refused.message.contains("no JSON"), "{refused}");
}

proptest! {
    #[test]
    fn any_text_makes_a_body_of_every_service(text in any::<String>()) {
        for (_, payload) in services() {
            body(&payload, &text);
        }
    }
}
