//! Whether a text says of itself that it was corrected or withdrawn, with the sentence that says so.
//!
//! Only of itself: "the journal retracted the study" and "a correction on the stock market" are news like any other, so
//! words of correction count beside a label ("Correction:") or a word for the text that holds them ("this article").
//! English, German, French, Spanish and Russian.

use std::sync::LazyLock;

use regex::{Match, Regex, RegexBuilder};

use super::words;

/// Longest evidence kept, in bytes.
const MAX_EVIDENCE: usize = 600;

/// The sentence in which a headline or text says that it was corrected or retracted.
pub fn correction(title: &str, text: &str) -> Option<String> {
    if HEADLINE.is_match(title) {
        return Some(shorten(title.trim()));
    }
    let mut lines = text.lines();
    let (line, found) =
        lines.by_ref().filter(|line| STEM.is_match(line)).find_map(|line| note(line).map(|found| (line, found)))?;
    // The match may begin with the stop of the sentence before it.
    let from = found.start() + found.as_str().find(char::is_alphabetic).unwrap_or(0);
    let sentences = words::sentences(line);
    let start = sentences.iter().rev().find(|(start, _)| *start <= from).map_or(0, |(start, _)| *start);
    let end = sentences.iter().find(|(_, end)| *end >= found.end()).map_or(line.len(), |(_, end)| *end);
    let sentence = line[start..end].trim();
    // A label on a line of its own speaks of the next line.
    if sentence.split_whitespace().count() <= LABEL {
        let next = lines.find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Some(shorten(format!("{sentence} {}", next.trim()).trim()));
    }
    Some(shorten(sentence))
}

/// Words of a label that stands alone.
const LABEL: usize = 3;

fn shorten(sentence: &str) -> String {
    if sentence.len() <= MAX_EVIDENCE {
        return sentence.to_owned();
    }
    let end = (0..=MAX_EVIDENCE).rev().find(|at| sentence.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", sentence[..end].trim_end())
}

static HEADLINE: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        r"^\W*(correction|corrections|corrected|retraction|retracted|clarification|erratum|editor.s note)\b ?(\d\b)?[\s(]*(to|of)?\b[^:\-–—]{0,30}[:\-–—)]",
        r"^\W*(korrektur|berichtigung|richtigstellung|gegendarstellung|korrigiert)\b[^:\-–—]{0,30}[:\-–—]",
        r"^\W*(correction|rectificatif|erratum|rectification)\s?[:\-–—]",
        r"^\W*(corrección|correccion|rectificación|rectificacion|fe de (erratas|errores))\b\s?[:\-–—]",
        r"^\W*(исправление|исправлено|уточнение|поправка)\b\s?[:\-–—]",
        r"[\[(](corrected|retracted|korrigiert|berichtigt|corrigé|corregido|исправлено)[\])]\s*$",
    ])
});

/// One of these stands in every line that can say so. Most lines hold none, and are spared the patterns with repetitions.
static STEM: LazyLock<Regex> = LazyLock::new(|| {
    any(&[
        "correct|clarif|retract|earlier|erratum|amended|withdrawn|taken down|removed|updated to|regret|apologi|note|version|versión|in error",
        "korrigiert|korrektur|berichtig|richtigstellung|richtiggestellt|zurückgezogen|redaktion|fassung|fehler",
        "corrig|rectif|modifi|amendé|retiré|dépublié|ndlr|excus|corrección|errat|errores|correg|enmendad|nota ",
        "исправл|поправк|уточнен|версии|редакции|редакция|отозван|удален",
    ])
});

/// The first words in a line that say so; where two patterns begin at one place, the one that stands first in [`NOTES`].
fn note(line: &str) -> Option<Match<'_>> {
    NOTES.iter().filter_map(|pattern| pattern.find(line)).min_by_key(Match::start)
}

/// Each for itself: as one they are too many states for a table, and are then followed one by one, which takes fifty
/// times as long and sixty megabytes for every thread.
static NOTES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let own = r"(this|the|an) ([\w.,]+ ){0,3}(article|story|report|post|piece|headline|caption|version|item|dispatch|column|obituary|photo)";
    let notes: &[&str] = &[
        // A label opens a line or follows a sentence.
        r"(^|[.!?] |[(\[]) *(corrections?|corrects|clarification|retraction|erratum)( ?[:—–]|,? (\w+\.? \d+|\d+ \w+)(, \d{4})?\s?[:—–])",
        r"[(\[] *(this version |this story )?(corrects|clarifies|fixes) [^)\]]{3,300}[)\]]",
        r"^[^\w\n]*(berichtigung|korrektur|richtigstellung|corrección|rectificación|rectificatif|fe de erratas|fe de errores|исправление|поправка|уточнение)(\s?[:—–]| vom \d| du \d| del \d)",
        // A note of the editors that speaks of a fault.
        r"(editor.s|editors.|editorial) note[^\n]{0,300}\b(correct(s|ed|ion)|retract\w*|misstated|inaccurate\w*|incorrect\w*|in error|an error|earlier version|previous version|clarif\w+|amended|withdrawn|removed this)\b",
        r"((an|the) earlier|a previous|the previous|an original|the original) versions? of (this|the) [^\n]{0,40}",
        &format!(
            r"{own}( \([^)]*\))? (has been|have been|was|were|is) (since )?(correct(ed)?|amended|retracted|withdrawn|taken down|removed because|updated to (correct|clarify|reflect that|fix|remove))\b"
        ),
        r"\bwe (regret|apologi[sz]e for) (the|this|our|any) (error|mistake|inaccuracy)",
        r"\b(we|the editors|editors) (have |has )?(retracted|withdrawn|corrected) (this|the|our) (article|story|report|post|piece)",
        // German.
        r"(anmerkung|hinweis) der redaktion[^\n]{0,300}(korrigiert|berichtigt|fehler|falsch|früheren? (version|fassung)|irrtümlich)",
        r"(in|eine) (einer )?(früheren?|ersten?|vorherigen?|älteren?|ursprünglichen?) (version|fassung) (dieses|des|dieser|der) (artikels?|textes|beitrags|meldung|berichts)",
        r"(der|diesen?|dieser|die|diese|den) (artikel|text|beitrag|meldung|bericht) (wurde|haben wir|ist) ([\w,]+ ){0,5}(korrigiert|berichtigt|zurückgezogen|richtiggestellt)",
        r"wir haben (den|die|diesen|diese|das) (artikel|text|beitrag|meldung|stelle|angabe|fehler|passage) ([\w,]+ ){0,5}(korrigiert|berichtigt|richtiggestellt|zurückgezogen)",
        r"wir bitten,? (den|diesen|die) fehler zu entschuldigen",
        // French.
        r"(une|la|dans une|dans la) (première |précédente )?version (précédente |antérieure |initiale |originale )?(de|du) (cet|ce|notre|l.)\s?(article|texte|dépêche|papier|billet)",
        r"(cet|ce|l.|notre)\s?(article|texte|billet) a (depuis )?été (corrigé|rectifié|modifié|amendé|retiré|dépublié)",
        r"(note|ndlr)\b[^\n]{0,200}\b(corrigé|rectifié|erreur|erroné)",
        r"nous (présentons|prions) [^\n]{0,60}(excuses|excuser)[^\n]{0,60}erreur",
        // Spanish.
        r"una? (primera |anterior )?versión (anterior |previa |inicial )?de (este|esta|la|el) (artículo|noticia|texto|información|nota|reportaje)",
        r"(este|esta|el|la) (artículo|noticia|texto|información|nota) (ha sido|fue) (corregid|rectificad|modificad|retirad|enmendad)[oa]",
        r"nota (del editor|de la redacción)[^\n]{0,200}(corregid|rectific|error|errónea)",
        // Russian.
        r"в (более ранней|ранней|предыдущей|первоначальной|прежней) (версии|редакции) (этой |этого |данной |данного )?(статьи|материала|новости|текста|заметки|публикации)",
        r"в (текст|статью|материал|новость|заметку|публикацию) (были )?внесен[аыо]? ?(исправлени|уточнени|поправк)",
        r"(статья|материал|новость|текст|заметка|публикация) (была?|был|было)? ?(исправлен|отозван|уточнен|удален)[аоы]?\b",
        r"редакция (приносит|просит) извинени[яй]",
    ];
    notes.iter().map(|pattern| any(&[pattern])).collect()
});

fn any(patterns: &[&str]) -> Regex {
    RegexBuilder::new(&patterns.join("|"))
        .case_insensitive(true)
        .multi_line(true)
        .build()
        .expect("the patterns stand above")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(title: &str, text: &str, expected: Option<&str>) {
        assert_eq!(correction(title, text).as_deref(), expected, "{title:?} {text:?}");
    }

    #[track_caller]
    fn check_text(sentence: &str) {
        let text = format!("The ferry left at nine. It sank at noon.\n{sentence}\nThe inquiry goes on.");
        check("Ferry sinks off Crete", &text, Some(sentence));
    }

    #[test]
    fn headlines_that_say_so() {
        for title in [
            "Correction: Ferry story",
            "CORRECTED-Ferry with 80 aboard sinks off Crete",
            "CORRECTED (OFFICIAL)-Ferry sinks",
            "Retraction: the minister did not resign",
            "Clarification: Mayor's speech",
            "Berichtigung: Fähre nicht gesunken",
            "Korrektur: Minister bleibt im Amt",
            "Rectificatif : le ferry n'a pas coulé",
            "Fe de erratas: el barco no se hundió",
            "Исправление: паром не затонул",
            "Ferry sinks off Crete (corrected)",
        ] {
            check(title, "", Some(title));
        }
    }

    #[test]
    fn sentences_that_say_so() {
        check_text("Correction: The ferry carried 80 people, not 800.");
        check_text("Correction, Nov. 15: The ferry carried 80 people, not 800.");
        check_text("Editor's note: This story has been corrected to give the right name of the ship.");
        check_text("Editors’ note: We removed the quote since we could not verify it; the earlier version was wrong.");
        check_text("An earlier version of this article misstated the number of passengers.");
        check_text("This story was updated to correct the name of the captain.");
        check_text("This article was amended on 3 March because the captain was misnamed.");
        check_text("This article has been retracted.");
        check_text("This Nov. 3 story has been corrected to say that the ferry was empty.");
        check_text("(This version corrects the number of passengers in paragraph two.)");
        check_text("We regret the error and thank the reader who told us of it.");
        check_text("In einer früheren Version dieses Artikels hieß es, die Fähre sei gesunken.");
        check_text("Anmerkung der Redaktion: Wir haben einen Fehler in der Überschrift behoben.");
        check_text("Wir haben den Text an dieser Stelle korrigiert.");
        check_text("Une version précédente de cet article parlait de 800 passagers.");
        check_text("Cet article a été corrigé après la parution.");
        check_text("Una versión anterior de este artículo hablaba de 800 pasajeros.");
        check_text("Esta noticia ha sido corregida para precisar el número de pasajeros.");
        check_text("В предыдущей версии этой статьи было указано неверное число пассажиров.");
        check_text("Редакция приносит извинения читателям.");
    }

    #[test]
    fn label_on_a_line_of_its_own_brings_the_next_line() {
        let text = "The ferry sank.\nCorrection:\nThe ferry carried 80 people.";
        check("Ferry", text, Some("Correction: The ferry carried 80 people."));
    }

    #[test]
    fn news_of_corrections_elsewhere_is_no_correction() {
        for (title, text) in [
            ("Stocks enter correction", "The index fell by 10 percent, a correction that many had expected."),
            ("Correction officers strike in Ohio", "Correction officers at three prisons walked out on Monday."),
            ("Journal retracts study on sleep", "The journal retracted the study after readers found faults."),
            ("Ferry sinks", "Editor's note: The author is a captain who writes on ferries."),
            ("Ferry sinks", "This story has been updated with more on the rescue."),
            ("Minister retracts remark", "The minister withdrew what she had said about the ferry."),
            ("Kurs korrigiert", "Die Bank hat ihre Prognose nach unten korrigiert."),
            ("La banque corrige le tir", "Le gouvernement a corrigé le budget."),
            ("El banco corrige", "El Gobierno ha corregido la cifra de paro."),
            ("Банк исправил прогноз", "Министерство внесло поправки в закон."),
            ("", ""),
        ] {
            check(title, text, None);
        }
    }

    #[test]
    fn evidence_is_short() {
        let found = correction("", &format!("Correction: {}", "ä".repeat(4_000))).expect("it is labelled");
        assert!(found.len() <= MAX_EVIDENCE + 4, "{}", found.len());
    }
}
