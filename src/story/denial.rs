//! Whether a headline says that something told before is not so: that is news to everybody who was told.

use std::sync::LazyLock;

use super::{
    hasher::FastSet,
    words::{self, Word},
};

/// A headline that denies by a verb of its own ("denies"), or turns down what was reported ("rejects report"). A court that
/// denies bail denies nothing that was told.
pub fn denies(title: &[Word]) -> bool {
    static WORDS: LazyLock<[FastSet<u32>; 4]> = LazyLock::new(|| [DENIALS, REFUSED, REJECTS, REPORTS].map(set));
    let [denial, refused, rejects, reports] = std::array::from_fn(|list| holds(title, &WORDS[list]));
    denial && !refused || rejects && reports
}

/// A headline that quotes somebody with a no ("did not meet, Tehran says"): a denial where the rest of it is what was told,
/// and else only a sentence with a no ("police did not act, says mother").
pub fn negates(title: &[Word]) -> bool {
    static WORDS: LazyLock<[FastSet<u32>; 2]> = LazyLock::new(|| [NEVER, SAYS].map(set));
    let is = |word: &Word, text| word.exact == words::hash_folded(text);
    let did_not = title.windows(2).any(|pair| is(&pair[0], "did") && is(&pair[1], "not"));
    (did_not || holds(title, &WORDS[0])) && holds(title, &WORDS[1])
}

fn holds(title: &[Word], list: &FastSet<u32>) -> bool {
    title.iter().any(|word| list.contains(&word.exact))
}

fn set(list: &str) -> FastSet<u32> {
    list.split_whitespace().map(words::hash_folded).collect()
}

const DENIALS: &str = "deny denies denied denying denial refute refutes refuted retracts retracted retraction debunks \
    debunked fabricated untrue baseless unfounded dementiert bestreitet dementi dement dementent desmiente \
    desmienten niega niegan опровергает опроверг опровергла опровергли отрицает отрицают";
const REFUSED: &str = "bail motion motions appeal appeals request requests petition parole bid visa visas entry access";
const REJECTS: &str = "reject rejects rejected dismiss dismisses dismissed weist weisen zuruck rejette rejettent rechaza \
    rechazan отвергает отвергают отверг отвергла отвергли";
const REPORTS: &str = "report reports reporting claim claims allegation allegations rumour rumours rumor rumors accusation \
    accusations bericht berichte vorwurf vorwurfe geruchte rumeur rumeurs accusations informe informes acusaciones rumores \
    сообщения сообщение обвинения слухи";
const NEVER: &str = "never didn't didnt false nie jamais nunca никогда";
const SAYS: &str = "says say said insists sagt dit dice говорит заявил заявила";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_are_told_from_refusals() {
        for (title, expected) in [
            ("Tehran rejects report of Musk meeting with envoy", true),
            ("Musk did not meet the envoy, Tehran says", true),
            ("Musk didn't meet the envoy, Tehran says", true),
            ("Envoy never met Musk, ministry insists", true),
            ("Report of secret talks is fabricated, says Tehran", true),
            ("Iran weist Bericht über Treffen zurück", true),
            ("Minister denies meeting the envoy", true),
            ("Court denies Boeing motion to dismiss", false),
            ("Voters reject new tax", false),
            ("Never too late for a swim", false),
            ("Coast guard did not wait for the tide", false),
            ("Envoy meets Musk, officials say", false),
        ] {
            let title_words = words::split(title);
            assert_eq!(denies(&title_words) || negates(&title_words), expected, "{title}");
        }
    }
}
