//! The words of attribution in five languages, each with the places it can take in a sentence.
//!
//! Lists only: [`super::cite`] knows how the places fit together. Words are folded as [`super::words`] folds them.

use std::{
    ops::{BitOr, BitOrAssign},
    sync::LazyLock,
};

use super::{hasher::FastMap, words};

/// The places one word can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u64);

impl Roles {
    pub const ARTICLE: Self = Self(1);
    /// Between an article and a name: "the French daily Le Monde".
    pub const DESCRIPTOR: Self = Self(1 << 1);
    /// Right before a name: "citing", "laut", "selon", "según", "по данным".
    pub const ACCORDING: Self = Self(1 << 2);
    /// Right before the one who is told.
    pub const TOLD: Self = Self(1 << 3);
    pub const BY: Self = Self(1 << 4);
    /// With [`Roles::BY`]: "first reported by".
    pub const PASSIVE: Self = Self(1 << 5);
    pub const IN: Self = Self(1 << 6);
    /// With [`Roles::IN`]: "wrote in".
    pub const WRITTEN: Self = Self(1 << 7);
    pub const WITH: Self = Self(1 << 8);
    /// With [`Roles::WITH`]: "in an interview with".
    pub const TALK: Self = Self(1 << 9);
    pub const OF: Self = Self(1 << 10);
    /// A piece of journalism.
    pub const PIECE: Self = Self(1 << 11);
    /// Before a piece: "citing a Bloomberg report".
    pub const LEADS: Self = Self(1 << 12);
    /// A verb of report that can stand right before its subject: "rapporte Le Monde".
    pub const INVERTED: Self = Self(1 << 13);
    /// A verb of report, after its subject.
    pub const REPORTS: Self = Self(1 << 14);
    /// A verb that says something of its subject as easily.
    pub const SAYS: Self = Self(1 << 15);
    /// Between a name and its verb: "which first", "on Thursday".
    pub const BETWEEN: Self = Self(1 << 16);
    pub const AUXILIARY: Self = Self(1 << 17);
    /// At the end, with [`Roles::AUXILIARY`]: "hatte zuvor darüber berichtet".
    pub const PARTICIPLE: Self = Self(1 << 18);
    /// People of an outlet.
    pub const STAFF: Self = Self(1 << 19);
    /// The outlet as a house, a firm or a thing.
    pub const HOUSE: Self = Self(1 << 20);
    pub const CREDIT: Self = Self(1 << 21);
    pub const FORMER: Self = Self(1 << 22);
    pub const CONNECTIVE: Self = Self(1 << 23);
    pub const TO: Self = Self(1 << 24);
    pub const S: Self = Self(1 << 25);
    pub const ITSELF: Self = Self(1 << 26);
    /// What an outlet says of itself and is news for others: "said it had seen the memo".
    pub const LEARNED: Self = Self(1 << 27);
    pub const MONEY: Self = Self(1 << 28);
    /// German, with the one who is told behind the one who tells: "sagte der Bürgermeister der FAZ".
    pub const SAGTE: Self = Self(1 << 29);
    /// With journalists who were there: "an AFP reporter saw".
    pub const WITNESS: Self = Self(1 << 31);
    /// Before a subject whose verb comes late: "wie die FAZ unter Berufung auf … schreibt".
    pub const AS: Self = Self(1 << 32);
    /// Opens a clause between the name and its verb.
    pub const RELATIVE: Self = Self(1 << 34);
    /// French and Spanish "to"; an article in English.
    pub const A: Self = Self(1 << 35);
    /// With [`Roles::A`]: "a indiqué à l'AFP".
    pub const CONFIDES: Self = Self(1 << 36);
    pub const ON: Self = Self(1 << 37);
    /// With [`Roles::ON`]: "in an interview on CNBC".
    pub const ONAIR: Self = Self(1 << 38);
    /// A subject does not stand behind one.
    pub const PREPOSITION: Self = Self(1 << 33);
    /// What makes a name that of a person.
    pub const PERSON: Self = Self(1 << 30);

    pub fn has(self, role: Self) -> bool {
        self.any(role)
    }

    /// Whether it can take one of the places.
    pub fn any(self, roles: Self) -> bool {
        self.0 & roles.0 != 0
    }
}

impl BitOr for Roles {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Roles {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// The places that the word with this hash can take.
pub fn roles(exact: u32) -> Roles {
    WORDS.get(&exact).copied().unwrap_or_default()
}

static WORDS: LazyLock<FastMap<u32, Roles>> = LazyLock::new(|| {
    let mut found: FastMap<u32, Roles> = FastMap::default();
    for (role, words) in LISTS {
        for word in words.split_whitespace() {
            *found.entry(words::hash_folded(word)).or_default() |= *role;
        }
    }
    found
});

const LISTS: &[(Roles, &str)] = &[
    (
        Roles::ARTICLE,
        "the a an der die das dem den des ein eine einem einer le la les l un une du au aux el los las lo al del una",
    ),
    (
        Roles::DESCRIPTOR,
        "на u.s us uk american british english london german french russian israeli chinese iranian ukrainian turkish indian \
         japanese italian spanish argentine state official public private daily weekly sunday newspaper newspapers \
         paper magazine broadcaster network channel website site portal outlet news agency newswire wire service tabloid \
         business financial television tv radio media s n \
         zeitung tageszeitung wochenzeitung boulevardzeitung boulevardblatt blatt magazin nachrichtenmagazin \
         wirtschaftszeitung nachrichtenagentur agentur sender fernsehsender portal nachrichtenportal onlineportal \
         deutschen deutsche französischen französische russischen russische amerikanischen amerikanische britischen britische \
         österreichischen österreichische schweizer italienischen spanischen türkischen staatlichen staatliche \
         journal l'agence l'hebdomadaire quotidien hebdomadaire chaîne agence site média presse américain américaine britannique allemand allemande \
         espagnol italien russe français radio d \
         diario periódico agencia cadena revista portal medio rotativo canal noticias estadounidense británico argentino español \
         francés alemán estatal rusa ruso \
         газета газеты газете газетой газету издание издания изданию изданием журнал журнала журналу журналом агентство \
         агентства агентству агентством телеканал телеканала телеканалу телеканалом портал портала порталу радио сайт сайта \
         американская американское американской американского британская британской немецкий немецкое российское российский \
         информационное информационного деловая",
    ),
    (
        Roles::ACCORDING,
        "crediting referencing gemäß citing cites cited cite quoting per via laut zufolge angaben informationen berichten bericht berichts recherchen berufung \
         gegenüber selon citant d'après croire auprès según segun citando данным сведениям \
         информации ссылкой ссылаясь согласно сообщению сообщениям источник источники источника источников",
    ),
    (
        Roles::TOLD,
        "telling informed уточнил уточнила уточнили пояснил пояснила пояснили отметил отметила добавил ответил рассказывает told tells tell sagte sagten sagt erklärte bestätigte gegenüber confié déclaré declaró рассказал рассказала рассказали сообщил \
         сообщила сообщили заявил заявила заявили сказал сказала сказали подтвердил подтвердила подтвердили интервью \
         беседе комментарии известно стало",
    ),
    (Roles::BY, "by von vom durch par por"),
    (
        Roles::PASSIVE,
        "verified compiled conducted commissioned shared aired released leaked provided identified surveyed analysed analyzed contacted asked contacté contactée interrogé interrogée joint questionné contactado preguntado reported first revealed published obtained seen reviewed quoted cited interviewed broken confirmed disclosed carried \
         veröffentlicht veröffentlichten veröffentlichter berichtet zitiert zitierte zitierten gemeldet bestätigt rapporté \
         rapportée rapportées publié publiée publiées révélé révélée révélées cité citée cités citées relayé relayée publicado \
         publicada revelado revelada citado citada citados citadas difundido difundida consultado consultada",
    ),
    (Roles::IN, "for in im dans en в"),
    (
        Roles::WRITTEN,
        "sagte sagten heißt steht published wrote writing writes appeared column erschienen veröffentlicht paru parue publié publiée tribune \
         publicado publicada",
    ),
    (Roles::WITH, "to with mit con avec auprès с sur"),
    (Roles::A, "a au aux"),
    (
        Roles::CONFIDES,
        "accordé accordée donné donnée annoncé ajouté précisé expliqué raconté témoigné répondu assuré confié confie indiqué \
         indique déclaré déclare affirmé affirme confirmé confirment dit dite entretien interview \
         entrevista declaraciones dijo dijeron dicho declaró declarado confirmó confirmaron confirmado explicó explicado \
         aseguró aseguraron asegurado señaló señalado contó contado relató afirmó afirmado negó negado informado informaron \
         detalló detallado precisó precisado manifestó manifestado indicó indicaron revelado reveló adelantado",
    ),
    (Roles::ON, "on"),
    (Roles::ONAIR, "interview interviews said spoke speaking appearance"),
    (
        Roles::TALK,
        "diálogo explained denied admitted provided given gave shared sent leaked described talking talked speaks email emailed confirmaron aseguraron explicaron señalaron contaron indicaron relataron dicho explicado asegurado confirmado racontent according interview interviews comments remarks statement statements speaking spoke said confirmed sources source \
         gespräch interview entretien confirmé déclaré déclare confié confie indiqué indique expliqué explique dit affirmé \
         assuré précisé raconté confirmée entrevista declaraciones acuerdo dijo dijeron declaró confirmó explicó aseguró \
         señaló contó relató afirmó conversación беседе интервью",
    ),
    (Roles::OF, "of from de du des del d der von"),
    (
        Roles::PIECE,
        "confrères invité invitée micro antenne plateau report reports story article investigation interview scoop exclusive reporting analysis account bericht berichts artikel \
         recherche recherchen interview informationen angaben information informations enquête enquete article reportage \
         révélations entretien información informaciones investigación reportaje artículo entrevista расследование статья статье \
         материал материале интервью",
    ),
    (Roles::LEADS, "a in citing cites cited after following to by confirmed denied per on nach laut einem einer"),
    (
        Roles::INVERTED,
        "acceso saber sabido erfuhr erfuhren supo conoció apprend узнал узнала berichtet berichtete berichten berichteten schreibt schrieb meldet meldete meldeten zitiert enthüllte rapporte rapportait \
         révèle révélait indique écrit écrivait affirme précise assure informa informó reporta reportó reveló revela publica \
         publicó adelanta adelantó asegura señala señaló afirma afirmó \
         пишет пишут писал писала писали написал написала сообщает сообщают сообщила сообщило сообщил сообщили передает передаёт \
         передают передал утверждает отмечает уточняет appris révélé rapporté",
    ),
    (
        Roles::REPORTS,
        "notes adds added suggested suggests alleged alleges detailed details describes described observed explained calculated identified verified aired veröffentlichte rapportent révèlent indiquent писало писал писала писали сообщал сообщала сообщало рассказал рассказала написало узнало выяснило передало отметило подтвердил informaron publican obtained estimates estimated uncovered vorliegt vorliegen vorlag vorlagen erfuhr publié supo conoció reported reports report reporting revealed reveals said says say wrote writes claimed claims published noted learned \
         confirmed broke disclosed quoted quotes cited cites understands found exposed \
         berichtet berichtete berichten berichteten schreibt schrieb meldet meldete zitiert zitierte zufolge enthüllte enthüllt \
         rapporte rapportait rapporté révèle révélé révélait affirme affirmé indique indiqué écrit écrivait cite assure appris \
         precise précise informó informa informado reportó reporta revela reveló revelado publicó publica publicado asegura \
         aseguró señala señaló afirma afirmó adelantó adelanta adelantado cita \
         сообщает сообщают сообщил сообщила сообщило сообщили пишет пишут написал написала написали передает передаёт передают \
         утверждает отмечает приводит узнал узнала выяснил выяснила опубликовал опубликовала опубликовало рассказывает цитирует",
    ),
    (Roles::SAYS, "so said says reported reports report wrote writes announced confirmed disclosed revealed"),
    (
        Roles::BETWEEN,
        "business paper magazine broadcaster network zeitung blatt quotidien diario which who that was first has had have also previously earlier later exclusively separately newspaper daily magazine news \
         agency on monday tuesday wednesday thursday friday saturday sunday last week month citing to be then already das der die \
         welche zuerst zuvor auch am montag dienstag mittwoch donnerstag freitag samstag sonntag unter berufung auf qui que a \
         également déjà avait lundi mardi mercredi jeudi vendredi samedi dimanche ha había también ya el lunes martes miércoles \
         jueves viernes sábado domingo ранее также уже со ссылкой на источники своих в понедельник вторник среду четверг пятницу \
         субботу воскресенье s online",
    ),
    (Roles::AUXILIARY, "hatte hat hatten haben has had avait a ha había"),
    (
        Roles::PARTICIPLE,
        "seen viewed reviewed obtained learned verified veröffentlicht publié berichtet gemeldet geschrieben enthüllt reported revealed révélé rapporté informado revelado publicado",
    ),
    (
        Roles::STAFF,
        "reporter reporters journalist journalists correspondent correspondents editor editors columnist columnists host anchor \
         presenter critic writer reporterin journalistin redakteur redakteurin korrespondent korrespondentin journaliste \
         periodista журналист журналистка корреспондент корреспонденту",
    ),
    (
        Roles::HOUSE,
        "photographer photographers bestseller bestsellers bestselling best-selling building office offices headquarters hq \
         subscriber subscribers app crossword owner owners owned boss chief chiefs executive executives staff employees union \
         company co corporation group shares stock spokesman spokeswoman spokesperson lawyer lawyers studio studios publisher \
         newsroom request requests contributor viewers readers square hill poll terminal terminals chairman director-general \
         gebäude zentrale chefredakteur chefredakteurin verlag redaktion siège locaux sede redacción редакция здание",
    ),
    (
        Roles::CREDIT,
        "photo photos photograph photographs image images picture getty credit foto fotos photographie фото снимок archivo",
    ),
    (Roles::FORMER, "former ex ehemaliger ehemalige früherer ancien ancienne exdirector antiguo бывший бывшая"),
    (Roles::CONNECTIVE, "and or und oder et ou y e и или as well"),
    (Roles::TO, "to zu"),
    (Roles::S, "s"),
    (Roles::ITSELF, "it its itself their they"),
    (Roles::LEARNED, "seen learned obtained reviewed spoke spoken heard understood verified told viewed"),
    (Roles::WITNESS, "saw witnessed counted heard watched"),
    (Roles::RELATIVE, "citing quoting citant citando which who qui que которая который"),
    (Roles::AS, "as wie comme como как según"),
    (
        Roles::PREPOSITION,
        "at for of with against on from near about between bei beim für gegen mit von vom über pour contre avec chez para \
         contra con sobre от из для против о об",
    ),
    (Roles::SAGTE, "sagte sagten erklärte erklärten bestätigte bestätigten"),
    (Roles::PERSON, "michael mike mayor mr emma майкл"),
    (Roles::MONEY, "revenue revenues profit profits loss losses earnings quarterly subscribers advertising"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_however_they_are_written() {
        for word in ["selon", "Según", "ENQUÊTE", "Данным"] {
            assert_ne!(roles(words::split(word)[0].exact), Roles::default(), "{word}");
        }
        assert_eq!(roles(words::hash_folded("ferry")), Roles::default());
    }
}
