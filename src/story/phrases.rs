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
    /// French and Spanish verbs of saying; with [`Roles::A`]: "a indiqué à l'AFP".
    pub const CONFIDES: Self = Self(1 << 36);
    pub const ON: Self = Self(1 << 37);
    /// With [`Roles::ON`]: "in an interview on CNBC".
    pub const ONAIR: Self = Self(1 << 38);
    /// Opens what is said, and closes the clause of the verb: "dijo que".
    pub const THAT: Self = Self(1 << 39);
    /// After a piece of journalism: "a Reuters poll shows".
    pub const SHOWS: Self = Self(1 << 40);
    /// People who spoke to an outlet: "источник РБК".
    pub const SOURCE: Self = Self(1 << 41);
    /// Before [`Roles::TOLD`]: "the BBC has been told".
    pub const BEEN: Self = Self(1 << 43);
    /// Who is spoken of: "the BBC's editor said she".
    pub const HE: Self = Self(1 << 44);
    /// Right before "to" or "with": "a copy shared with".
    pub const GIVEN: Self = Self(1 << 42);
    /// A subject does not stand behind one.
    pub const PREPOSITION: Self = Self(1 << 33);
    /// With whose words stand between it and the name: "приводит слова тренера «Спорт-Экспресс»".
    pub const QUOTING: Self = Self(1 << 45);
    /// With [`Roles::BY`] or [`Roles::ON`] further on: "according to a post on".
    pub const BASIS: Self = Self(1 << 46);
    /// Before a colon and a name: "Quelle: taz".
    pub const LABEL: Self = Self(1 << 47);
    /// What speaks for the house: "в пресс-службе РБК подтвердили".
    pub const OFFICE: Self = Self(1 << 48);
    /// With [`Roles::SICH`]: "das Blatt beruft sich auf"; without, a house appoints somebody.
    pub const RELIES: Self = Self(1 << 49);
    pub const SICH: Self = Self(1 << 50);
    /// Between a verb and the subject behind it: "estime pour sa part".
    pub const ASIDE: Self = Self(1 << 51);
    /// With [`Roles::PIECE`] behind: "ran a story", "consacre un long reportage".
    pub const RUNS: Self = Self(1 << 52);
    /// A piece behind one is about the name, not by it.
    pub const ABOUT: Self = Self(1 << 53);
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
        words.split_whitespace().for_each(|word| give(&mut found, word, *role));
    }
    for (roles, endings, stems) in FAMILIES {
        for stem in stems.split_whitespace() {
            for ending in endings.split(',') {
                roles.iter().for_each(|role| give(&mut found, &format!("{stem}{ending}"), *role));
            }
        }
    }
    found
});

/// Gives a word its role, and with it the same word behind a French elision ("l'enquête"); short words would become
/// others, since folding drops the apostrophe.
fn give(found: &mut FastMap<u32, Roles>, word: &str, role: Roles) {
    *found.entry(words::hash_folded(word)).or_default() |= role;
    if word.len() > 5 && word.starts_with(['a', 'e', 'é', 'i', 'o', 'u']) {
        for elided in ["l'", "d'"] {
            *found.entry(words::hash_folded(&format!("{elided}{word}"))).or_default() |= role;
        }
    }
}

const LISTS: &[(Roles, &str)] = &[
    (
        Roles::ARTICLE,
        "the a an der die das dem den des ein eine einem einer le la les l un une du au aux el los las lo al del \
         una",
    ),
    (
        Roles::DESCRIPTOR,
        "agences média médias amtliche amtlichen службой telegram телеграм канал канала каналу каналом канале он она они magazins nachrichtenmagazins senders portals blattes wochenzeitungen zeitschrift zeitschriften \
         fernsehsenders wochenblatt sonntagszeitung boulevardmedium revue hebdomadaires télévision chaînes \
         periódicos semanario televisora digital еженедельник еженедельника деловое деловой деловая zeitungen \
         sender politikmagazin wochenmagazin nachrichtensender recherchenetzwerk journaux quotidiens hebdo \
         radiophonique programa diarios emisora agencias агентствам телеканале агентстве газетой изданий служба \
         службе службы русская русской daily’s newsroom suisse belge local régional на u.s us uk american \
         british english london german french russian israeli chinese iranian ukrainian turkish indian japanese \
         italian spanish argentine state official public private daily weekly sunday newspaper newspapers paper \
         magazine broadcaster network channel website site portal outlet news agency newswire wire service tabloid \
         business financial tv radio media s n zeitung tageszeitung wochenzeitung boulevardzeitung boulevardblatt \
         blatt magazin nachrichtenmagazin wirtschaftszeitung nachrichtenagentur agentur fernsehsender \
         nachrichtenportal onlineportal deutschen deutsche französischen französische russischen russische \
         amerikanischen amerikanische britischen britische österreichischen österreichische schweizer italienischen \
         spanischen türkischen staatlichen staatliche journal l'agence l'hebdomadaire quotidien hebdomadaire chaîne \
         agence presse américain américaine britannique allemand allemande espagnol italien russe français d diario \
         periódico agencia cadena revista medio rotativo canal noticias estadounidense británico argentino español \
         francés alemán estatal rusa ruso газета газеты газете газету издание издания изданию изданием журнал \
         журнала журналу журналом агентство агентства агентству агентством телеканал телеканала телеканалу \
         телеканалом портал портала порталу радио сайт сайта американская американское американской американского \
         британская британской немецкий немецкое российское российский информационное информационного",
    ),
    (
        Roles::ACCORDING,
        "версии оценке оценкам подсчетам подсчётам данные данных разговоре эфире статье статьи статья материале репортаже распоряжении собеседник \
         собеседники собеседника собеседников colloque conforme crediting referencing gemäß citing cites cited cite \
         quoting per via laut zufolge angaben informationen berichten bericht berichts recherchen berufung \
         gegenüber selon citant d'après croire auprès según citando данным ссылкой ссылаясь согласно источник \
         источники источника источников",
    ),
    (
        Roles::TOLD,
        "verriet verrieten erzählte erzählten offenbarte schilderte vertraute говорят отмечает telling informed told tells tell sagte sagten sagt erklärte bestätigte gegenüber confié \
         déclaré declaró интервью беседе комментарии известно стало",
    ),
    (Roles::BY, "by von vom durch par por"),
    (
        Roles::PASSIVE,
        "spotted flagged highlighted tallied documented discovered sondé sondés sondée sondées soulevé soulevée vu vue lu obtenu obtenus obtenue obtenues recueilli recueillis recueillie detailed uncovered unearthed \
         noted compiled visto vistos verified conducted commissioned shared aired released leaked provided \
         identified surveyed analysed analyzed contacted asked contactée interrogée joint reported revealed \
         published obtained seen reviewed quoted cited interviewed broken confirmed disclosed carried \
         veröffentlichter berichtet gemeldet bestätigt rapportée publiée révélée citée relayée",
    ),
    (Roles::IN, "for in im dans en в"),
    (
        Roles::WRITTEN,
        "sorti sortie sorties sagte sagten heißt steht published wrote writing writes column erschienen veröffentlicht paru parue publié \
         publiée tribune publicado publicada",
    ),
    (Roles::WITH, "для für pour para zu auprès to with mit con avec с sur"),
    (Roles::A, "a au aux"),
    (
        Roles::CONFIDES,
        "dice dicen decía dijo dit disait disent promis exclu reconnu admis prévenu défendu sostuvo advierte expuso \
         reconnaît défend promet exclut répond répondu prévient écrit savoir accordé accordée donné \
         donnée dite entretien interview entrevista declaraciones dijeron dicho",
    ),
    (Roles::ON, "sur bei beim en on"),
    (
        Roles::ONAIR,
        "asked entrevistado entrevistada interrogé interrogée interviewé interviewée questionné questionnée invité \
         invitée befragt aired airing appearing interviewed broadcast interview interviews said spoke speaking \
         appearance",
    ),
    (
        Roles::TALK,
        "колонке exchange conversation conversations chat messages letter documents findings footage recording memo \
         разговоре общении gastbeitrag kolumne essay tribune columna so email interview told speaks gespräch \
         conversación entrevistado diálogo denied emailed dicho according interviews statement statements speaking \
         spoke said sources source entretien dit confirmée entrevista declaraciones acuerdo dijo dijeron беседе \
         интервью",
    ),
    (Roles::OF, "aus of from de du des del d der von"),
    (
        Roles::PIECE,
        "piece consulta consultas informe informes reporte reportes nota notas publicación décompte comptage sondage recuento sondeo encuesta \
         auswertung auszählung umfrage enthüllung enthüllungen question nachfrage anfrage micros colonnes pages páginas micrófonos entrevue poll survey tally count \
         examination probe info exclusif exclusiva exclusive exklusiv revelaciones révélation entretiens \
         gastbeitrag beitrag sendung podcast confrères invité invitée micro antenne plateau report reports story \
         article investigation interview scoop reporting analysis account bericht berichts artikel recherche \
         recherchen informationen angaben information informations enquête reportage révélations entretien \
         información informaciones investigación reportaje artículo entrevista расследование статья статье материал \
         материале интервью",
    ),
    (Roles::LEADS, "a in citing cites cited after following to by confirmed denied per on nach laut einem einer"),
    (
        Roles::INVERTED,
        "abonde abondent renchérit ironise tempère conclut résume s'exclame s'interroge pronostique analyse dice dicen recoge recogen recogió écrit écrivent croit croient savoir пишет пишут acceso saber sabido erfuhr erfuhren \
         supo apprend berichtet berichtete berichteten schreibt schrieb meldet meldete meldeten écrivait отмечает \
         appris",
    ),
    (
        Roles::REPORTS,
        "ссылается ссылаются zugespielt savoir dice dicen published report learnt einsehen eingesehen liegt liegen lag lagen understands hears нашел нашла нашли нашло dit \
         écrivent écrit disponía tuvo dispone adds added identified verified aired отметило vorliegt vorliegen \
         vorlag vorlagen erfuhr supo said says say wrote writes broke found berichtet berichtete berichteten \
         schreibt schrieb meldet meldete zufolge écrivait appris пишет пишут",
    ),
    (Roles::SAYS, "so said says reported reports report wrote writes announced confirmed disclosed revealed"),
    (
        Roles::BETWEEN,
        "vorab croit croient s'est schon aussi been exclusiva exclusividad exclusivité exclusiv erneut inzwischen mittlerweile kürzlich zuletzt recién \
         posteriormente récemment впервые недавно позже both each all jointly semaine dernière dernier mois passé \
         semana pasada pasado mes woche vergangene vergangenen dio dieron conocer s est a pu podido previously \
         reportedly widely subsequently again recently yesterday today the le la in since hier mardi matin soir \
         este esta ayer hoy tarde víspera mañana noche heute gestern morgen abend laut bereits ebenfalls сегодня \
         вчера вечером утром накануне первой первым business paper magazine broadcaster network zeitung blatt \
         quotidien diario which who that was first has had have also earlier later exclusively separately newspaper \
         daily news agency on monday tuesday wednesday thursday friday saturday sunday last week month citing to be \
         then already das der die welche zuerst zuvor auch am montag dienstag mittwoch donnerstag freitag samstag \
         sonntag unter berufung auf qui que également déjà avait lundi mercredi jeudi vendredi samedi dimanche ha \
         había también ya el lunes martes miércoles jueves viernes sábado domingo ранее также уже со ссылкой на \
         источники своих в понедельник вторник среду четверг пятницу субботу воскресенье online",
    ),
    (Roles::AUXILIARY, "ont avaient han habían hatte hat hatten haben has had avait a ha había"),
    (
        Roles::PARTICIPLE,
        "sorti reporté learnt gesagt mitgeteilt bestätigt erklärt erzählt verraten geschildert connaissance aufgedeckt erfahren \
         vermeldet gemeldet seen viewed reviewed obtained learned verified berichtet geschrieben reported revealed",
    ),
    (
        Roles::STAFF,
        "редакция редакции корреспондентом журналистом журналистам корреспондентка korrespondenten reporterinnen \
         journalistes envoyé envoyée envoyés correspondant correspondante enviado enviada corresponsal periodistas \
         журналисты корреспонденты журналисту корреспондента reporter reporters journalist journalists \
         correspondent correspondents editor editors columnist columnists host anchor presenter critic writer \
         reporterin journalistin redakteur redakteurin korrespondent korrespondentin journaliste periodista \
         журналист журналистка корреспондент корреспонденту",
    ),
    (
        Roles::HOUSE,
        "affiliate affiliates personality personalities foundation subsidiary subsidiaries photographer \
         photographers bestseller bestsellers bestselling best-selling building office offices headquarters hq \
         subscriber subscribers app crossword owner owners owned boss chief chiefs executive executives staff \
         employees union company co corporation group shares stock spokesman spokeswoman spokesperson lawyer \
         lawyers studio studios publisher newsroom request requests contributor viewers readers square hill \
         terminal terminals chairman director-general gebäude zentrale chefredakteur chefredakteurin verlag \
         redaktion siège locaux sede redacción редакция здание",
    ),
    (
        Roles::CREDIT,
        "photo photos photograph photographs image images picture getty credit foto fotos photographie фото снимок \
         archivo",
    ),
    (Roles::HE, "he she his her"),
    (Roles::QUOTING, "приводит приводят цитирует цитируют цитировал цитировала процитировал процитировала"),
    (Roles::BASIS, "according"),
    (Roles::ABOUT, "about against regarding concerning über gegen contre sobre contra о об против"),
    (
        Roles::RUNS,
        "ran runs carried carries aired consacre consacré dedica dedicó widmet widmete druckt druckte brachte \
         посвятил посвятила посвятили",
    ),
    (Roles::ASIDE, "ainsi aussi pour de sa son côté part lui seinerseits indes dagegen por su parte lado"),
    (Roles::RELIES, "beruft berufen berief beriefen bezieht bezog"),
    (Roles::SICH, "sich"),
    (Roles::OFFICE, "пресс pressestelle"),
    (Roles::LABEL, "source sources quelle quellen fuente fuentes источник источники"),
    (Roles::BEEN, "been was is"),
    (Roles::THAT, "avoir être ser haber estar that que qu dass что чтобы wonach"),
    (
        Roles::SHOWS,
        "show shows showed shown finds find zeigt zeigte zeigen montre montrait muestra mostró показывает показал",
    ),
    (
        Roles::SOURCE,
        "source sources fuente fuentes источник источники собеседник собеседники собеседника расследователи \
         источника источников",
    ),
    (
        Roles::GIVEN,
        "shown read played disclosed revealed made provided given gave shared sent leaked handed supplied passed \
         released emailed remitido enviado transmis envoyé",
    ),
    (Roles::FORMER, "former ex ehemaliger ehemalige früherer ancien ancienne exdirector antiguo бывший бывшая"),
    (Roles::CONNECTIVE, "and or und oder et ou y e и или as well"),
    (Roles::TO, "to zu"),
    (Roles::S, "s"),
    (Roles::ITSELF, "it its itself their they"),
    (
        Roles::LEARNED,
        "learnt analyzed analysed examined seen learned obtained reviewed spoke spoken heard understood verified \
         told viewed",
    ),
    (Roles::WITNESS, "saw witnessed counted heard watched"),
    (Roles::RELATIVE, "со ссылаясь unter citing quoting citant citando which who qui que которая который"),
    (Roles::AS, "as wie comme como как según"),
    (
        Roles::PREPOSITION,
        "at for of with against on from near about between bei beim für gegen mit von vom über pour contre avec \
         chez para contra con sobre от из для против о об",
    ),
    (
        Roles::SAGTE,
        "heißt hieß hiess verriet verrieten gegeben gewährt schloss schlossen schließt widersprach widerspricht versprach verspricht verwies verweist empfahl riet rät \
         warf wirft warb wirbt nennt ruft gibt weist beschrieb beschreibt mitgeteilt gedroht gesagt gefordert \
         gewarnt geäußert geschildert angekündigt eingeräumt zurückgewiesen ausgesprochen genannt gestellt gezeigt \
         gesprochen vorgeworfen sprach sprachen spricht wies wiesen nannte nannten bestritt bestritten rief riefen \
         gab gaben hob",
    ),
    (Roles::PERSON, "michael mike mayor mr emma майкл"),
    (Roles::MONEY, "revenue revenues profit profits loss losses earnings quarterly subscribers advertising"),
];

/// Endings of the regular verbs of a language.
const EN: &str = ",s,ed,ing";
/// "CNN reveals", but "they want CNN to reveal".
const EN_OUTLET: &str = "s,ed,ing,es";
const EN_E: &str = "e,es,ed,ing";
const DE: &str = "t,te,ten,en";
const FR: &str = "e,ee,es,ees,ent,ait,aient,a,erent,ant,er";
const AR: &str = "a,an,o,aba,aban,aron,ado,ada,ados,adas,ar,ando";
const IR: &str = "e,en,io,ia,ian,ieron,ido,ida,idos,idas,ir,er,iendo";
const RU: &str = "л,ла,ло,ли,ет,ют,т,лся,лась,лись,ется,ются";
const RU_ADJECTIVE: &str = "ый,ая,ое,ые,ого,ой,ому,ых,ым,ую,ыми,о,ы,а";
const RU_NOUN: &str = "е,я,ю,и,й,ям,ях,ем";

/// What the verbs of an outlet are in German, French and Spanish, where the verb can stand before its subject.
const REPORT: &[Roles] = &[Roles::REPORTS, Roles::INVERTED, Roles::PASSIVE, Roles::PARTICIPLE];
const CONFIDE: &[Roles] = &[Roles::CONFIDES, Roles::TALK];

/// Regular verbs: what they are, the endings, the stems. First those of outlets, then those of people who speak to them.
const FAMILIES: &[(&[Roles], &str, &str)] = &[
    (
        &[Roles::REPORTS],
        EN_OUTLET,
        "report reveal learn suggest detail explain claim confirm uncover obtain document recount review view reckon",
    ),
    (
        &[Roles::REPORTS],
        EN_OUTLET,
        "alleg observ expos disclos not describ estimat calculat cit quot analys analyz examin",
    ),
    (
        REPORT,
        DE,
        "kommentier titel resümier urteil bericht meld zitier enthüll veröffentlich recherchier dokumentier vermeld",
    ),
    (
        REPORT,
        FR,
        "rapport révél indiqu affirm précis dévoil relat relay racont détaill assur avanc expliqu signal rappel \
         soulign publi titr rappell cit observ relev évoqu not consult procur document constat vérifi repér",
    ),
    (
        REPORT,
        AR,
        "titul inform report revel public adelant asegur señal afirm relat detall cit avanz apunt anticip destap desvel precis \
         confirm explic indic subray document cont cuent constat comprob verific",
    ),
    (REPORT, IR, "acced describ conoc"),
    (
        &[Roles::REPORTS, Roles::INVERTED],
        RU,
        "сообща сообщи писа написа переда передава утвержда узна узнава выясни опубликова публику приводи рассказыва \
         рассказа заявля уточни уточня цитиру подтверди подтвержда указа указыва обнаружи разоблачи установи поговори \
         ознакоми добавля добави подсчита",
    ),
    (
        &[Roles::TALK],
        EN,
        "explain confirm admitt warn insist recall recount vow claim talk add comment respond reveal announc assert \
         complain defend predict stress express suggest detail remark lament boast",
    ),
    (&[Roles::TALK], EN_E, "describ argu acknowledg disclos conced indicat stat reiterat pledg outlin alleg"),
    (
        &[Roles::SAGTE],
        DE,
        "offenbar vertrau sag erklär bestätig erzähl schilder forder beton äußer verlang warn räum kritisier verteidig bezeichn kündig \
         plädier dementier begründ beklag zeig teil mein behaupt versicher mahn widersetz entschuldig distanzier appellier rechtfertig konter spott schimpf droh befürwort unterstütz wünsch hoff erinner erwart glaub frag antwort reagier beschuldig stell rechn skizzier bekräftig lehn lob bedauer ergänz führ",
    ),
    (
        CONFIDE,
        FR,
        "annonc ajout précis expliqu racont témoign confi déclar assur affirm confirm avou lanc jug estim plaid dénonc \
         regrett déplor lâch détaill indiqu martel résum soulign critiqu répliqu nuanc insist dévoil réclam",
    ),
    (
        CONFIDE,
        AR,
        "declar confirm explic asegur señal cont relat afirm neg inform detall precis manifest indic revel adelant lament \
         coment avanz apunt subray recalc descart cuent anunci reclam justific",
    ),
    (
        &[Roles::SAGTE],
        FR,
        "appell réaffirm réitér point tacl fustig salu souhait appel exprim recommand menac tranch justifi rassur balay minimis \
         considér assum conseill pronostiqu redout",
    ),
    (
        &[Roles::SAGTE],
        AR,
        "reiter apel salud valor celebr pronostic augur consider opin plante inst tach calific reproch critic denunci rechaz record acus",
    ),
    (&[Roles::SAGTE], IR, "defend defiend exig pid"),
    (CONFIDE, IR, "advirt advert admit reconoc respond sosten expus coincid conced"),
    (
        &[Roles::TOLD],
        RU,
        "сказа сообщи сообща заяви заявля рассказа рассказыва подтверди подтвержда уточни уточня поясни поясня отмети \
         добави ответи призна объясни подчеркну говори пожалова намекну описа прокомментирова разъясни призва",
    ),
    (&[Roles::PASSIVE], FR, "contact interrog interview questionn sollicit consult joint diffus"),
    (&[Roles::PASSIVE], AR, "contact pregunt consult cit entrevist"),
    (&[Roles::PASSIVE], IR, "obten recog difund"),
    (
        &[Roles::ACCORDING],
        RU_ADJECTIVE,
        "опрошенн процитированн цитируем опубликованн полученн собранн опрошен опубликован",
    ),
    (&[Roles::ACCORDING], RU_NOUN, "сообщени сведени расследовани информаци публикаци комментари утверждени"),
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
