//! The words beside which a name that nobody listed is an outlet: "le quotidien X", "the X newspaper", "Radio X".
//!
//! Lists only, as [`super::phrases`]; [`super::unlisted`] knows how they fit together. Words are folded as
//! [`super::words`] folds them.

use std::sync::LazyLock;

use super::{
    hasher::{FastMap, Sieve},
    words,
};

/// What a word says about the name beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs(u32);

impl Signs {
    /// Before the name, and nothing but an outlet: "quotidien".
    pub const NOUN: Self = Self(1);
    /// Before the name, and other things as easily: "site", "chaîne".
    pub const DOUBTFUL: Self = Self(1 << 1);
    /// Only with [`Signs::PRESS`] beside it: "agence".
    pub const AGENCY: Self = Self(1 << 2);
    /// What makes a doubtful noun an outlet: "news site", "cadena de televisión".
    pub const PRESS: Self = Self(1 << 3);
    /// Behind the name: "the Maariv newspaper".
    pub const BEHIND: Self = Self(1 << 4);
    /// First word of a name: "Radio Okapi".
    pub const FIRST: Self = Self(1 << 5);
    /// First word of a name that goes on with "de": "Diario de Burgos".
    pub const FIRST_OF: Self = Self(1 << 6);
    /// Last word of an English, Scandinavian or Asian name: "Kathmandu Post".
    pub const LAST: Self = Self(1 << 7);
    /// Last word of a German name, behind a word in -er: "Siegener Zeitung".
    pub const LAST_GERMAN: Self = Self(1 << 8);
    /// No name begins with it: days, months, titles, given names, "Ende".
    pub const NO_NAME: Self = Self(1 << 9);
    /// No name consists of it: nationalities, places, "Sunday".
    pub const PLACE: Self = Self(1 << 10);
    /// Before [`Signs::LAST`] it makes another thing: "Breaking News", "Deutsche Post".
    pub const NO_FIRST: Self = Self(1 << 11);
    /// "this newspaper" is the one that is read.
    pub const THIS: Self = Self(1 << 12);
    /// The outlet is what is told about: "the newspaper X was closed".
    pub const FATE: Self = Self(1 << 13);
    /// The name is that of a journal of science.
    pub const SCIENCE: Self = Self(1 << 14);
    /// Behind the one who is told it opens what was said: "told the newspaper Smith was ill".
    pub const FINITE: Self = Self(1 << 15);
    /// The outlet shows a match or a concert: "watch it on the channel X".
    pub const SHOWN: Self = Self(1 << 17);
    /// As [`Signs::NOUN`], with the capital of a German noun.
    pub const GERMAN_NOUN: Self = Self(1 << 18);
    /// As [`Signs::DOUBTFUL`], with the capital of a German noun.
    pub const GERMAN_DOUBTFUL: Self = Self(1 << 19);
    /// Behind "TV" or "Radio" it makes no name: "TV station".
    pub const AIRED: Self = Self(1 << 20);
    /// Before the name, and what it presents is on the web: "le site X".
    pub const SITE: Self = Self(1 << 21);
    /// A verb of newspapers alone, before a name with its article: "titre Le Matinal".
    pub const PRINTS: Self = Self(1 << 22);
    /// No newspaper, with its article: "La Poste", "El Chapo".
    pub const WITH_ARTICLE: Self = Self(1 << 23);
    /// Within a name: "La Estrella de Panamá".
    pub const LINK: Self = Self(1 << 16);

    pub fn has(self, sign: Self) -> bool {
        self.0 & sign.0 != 0
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What the word with this hash says.
pub fn signs(exact: u32) -> Signs {
    let (sieve, words) = &*WORDS;
    if sieve.holds(exact >> 16) { words.get(&exact).copied().unwrap_or_default() } else { Signs::default() }
}

static WORDS: LazyLock<(Sieve, FastMap<u32, Signs>)> = LazyLock::new(|| {
    let mut found: FastMap<u32, Signs> = FastMap::default();
    for (sign, words) in LISTS {
        for word in words.split_whitespace() {
            let known = found.entry(words::hash_folded(word)).or_default();
            *known = known.and(*sign);
        }
    }
    (Sieve::new(16, found.keys().map(|exact| exact >> 16)), found)
});

/// Ends of German words that are [`Signs::NOUN`]: "Gratiszeitung".
const GERMAN_NOUNS: &[&str] = &[
    "zeitung",
    "zeitschrift",
    "magazin",
    "magazins",
    "nachrichtenagentur",
    "sender",
    "senders",
    "blatt",
    "blatts",
    "blattes",
];

/// Ends of German words that are [`Signs::DOUBTFUL`].
const GERMAN_DOUBTFUL: &[&str] = &["portal", "portals"];

/// What German words that end so begin with when they are no outlets: "Merkblatt", "Fachzeitschrift".
const GERMAN_OTHERS: &[&str] = &[
    "merk",
    "vergleich",
    "buchung",
    "immobilien",
    "job",
    "karriere",
    "reise",
    "statistik",
    "fach",
    "fremd",
    "schul",
    "titel",
    "kunden",
    "mitglieder",
    "absender",
    "flug",
    "amts",
    "extra",
    "fan",
];

/// Whether a German word is a noun such as "Sporttageszeitung"; `true` when nothing else is one.
pub fn german_noun(word: &str) -> Option<bool> {
    let word = word.as_bytes();
    let ends = |end: &&str| {
        word.len().checked_sub(end.len()).is_some_and(|at| word[at..].eq_ignore_ascii_case(end.as_bytes()))
    };
    let starts = |start: &&str| word.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes()));
    let sure = GERMAN_NOUNS.iter().any(ends);
    let found = sure || GERMAN_DOUBTFUL.iter().any(ends);
    (found && !GERMAN_OTHERS.iter().any(starts)).then_some(sure)
}

const LISTS: &[(Signs, &str)] = &[
    (
        Signs::NOUN,
        "newspaper daily weekly tabloid broadcaster newswire magazine quotidien hebdomadaire hebdo mensuel bimensuel \
         journal magazine tabloïd webzine radio diario periódico rotativo semanario tabloide matutino vespertino \
         revista emisora televisora radiodifusora l'hebdomadaire l'hebdo газета газеты газете газету газетой издание издания \
         изданию изданием издании журнал журнала журналу журналом журнале телеканал телеканала телеканалу \
         телеканалом телеканале радиостанция радиостанции радиостанцией радиостанцию еженедельник еженедельника \
         еженедельнику таблоид таблоида таблоиду информагентство информагентства информагентству информагентством",
    ),
    (
        Signs::DOUBTFUL,
        "website outlet publication estación channel station network chaîne plateforme \
 média télévision canal cadena plataforma televisión revue noticiero \
 канал каналу радио",
    ),
    (
        Signs::SITE,
        "site portal portail blog sitio web medio página digital портал портала порталу \
         порталом портале сайт сайта сайту сайтом сайте",
    ),
    (
        Signs::GERMAN_NOUN,
        "nachrichtenportal nachrichtenportals newsportal newsportals onlineportal onlineportals internetportal nachrichtensender fernsehsender radiosender staatssender nachrichtenwebsite nachrichtenseite newsseite lokalzeitung boulevardblatt klatschportal infoportal medienportal sportportal enthüllungsportal investigativportal branchendienst branchenportal rechercheplattform nachrichtenplattform investigativplattform nachrichtenkanal nachrichtenmedium onlinemedium boulevardmedium newsroom",
    ),
    (
        Signs::GERMAN_DOUBTFUL,
        "portal portals plattform website webseite internetseite seite kanal kanals dienst medium nachrichtendienst sender senders",
    ),
    (
        Signs::AIRED,
        "station stations channel channels network networks show shows series host hosts presenter personality program \
         programme programmes drama star producer set sets screens appearance ad ads audience viewers interview debate",
    ),
    (Signs::AGENCY, "agency agence l'agence agencia agentur агентство агентства агентству агентством агентстве"),
    (
        Signs::PRESS,
        "news tv television radio newswire noticias noticioso noticiosa información informaciones \
         informativo informativa prensa presse nouvelles actualité actualités d'actualité d'actualités information \
         informations d'information d'informations d'infos infos télévision télévisée televisión digital numérique \
         radial periodístico periodística opposition investigative estatal oficial officielle \
         gouvernementale gubernamental étatique satirique satírico spécialisé especializado sportif deportivo \
         d'investigation d'enquête новостной новостное новостного новостному информационное информационного \
         информационному информационный государственное",
    ),
    (Signs::BEHIND, "newspaper daily weekly tabloid magazine broadcaster newswire"),
    (
        Signs::FIRST,
        "radio rádio diario diário periódico semanario jornal gazeta gazzetta corriere correio télé televisión \
         noticiero",
    ),
    (
        Signs::FIRST_OF,
        "diario diário jornal heraldo correo voz gaceta tribuna faro norte noticias journal courrier gazette écho \
         dépêche voix tribune quotidien nouvelles messager progrès républicain eco opinión crónica gazeta gazzetta \
         corriere correio periódico estrella",
    ),
    (
        Signs::LAST,
        "times post herald tribune gazette chronicle observer inquirer sentinel dispatch telegraph examiner bulletin \
         ledger advertiser argus news quotidien infos hebdo journal weekly daily tv television radio shimbun shinbun ilbo dagblad tidning \
         tidningen tidende nyheter",
    ),
    (
        Signs::LAST_GERMAN,
        "zeitung nachrichten anzeiger allgemeine allgemeinen tagblatt tageblatt rundschau kurier stimme merkur \
         volkszeitung kreiszeitung morgenpost abendblatt abendzeitung landeszeitung volksblatt bote boten \
         wochenblatt generalanzeiger tageszeitung sonntagszeitung anzeigers",
    ),
    (
        Signs::NO_NAME,
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august \
         september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar \
         februar märz mai juni juli oktober dezember ende anfang mitte bericht berichte angaben minister ministerin \
         parteichef parteichefin kanzler kanzlerin bundeskanzler präsident präsidentin professor frau herr herrn dr \
         prof president prime mr mrs ms sen rep gov sir lord king queen prince princess pope senator general captain \
         colonel sergeant judge professor coach manager director editor presidente ministro ministra doctor general \
         papa rey m mme monsieur madame maître président ministre \
         host presenter if when while because although after before since \
         juan josé jose carlos maría maria luis miguel javier pedro pablo jorge manuel antonio francisco fernando \
         alberto alejandro ricardo roberto eduardo raúl sergio diego andrés rafael daniel david martín ana laura \
         carmen isabel elena marta cristina lucía paula claudia patricia mónica jean pierre michel jacques philippe \
         alain bernard patrick nicolas françois laurent olivier christophe stéphane frédéric éric julien thomas \
         antoine emmanuel marie anne nathalie isabelle sophie catherine christine sylvie valérie sandrine céline \
         hans peter klaus wolfgang jürgen michael stefan andreas markus christian martin frank uwe bernd jens ralf \
         sabine monika petra claudia susanne angela katrin julia anna john james robert william richard joseph \
         charles christopher matthew mark donald steven paul andrew joshua kevin brian george edward ronald mary \
         jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa иван сергей александр владимир \
         дмитрий андрей алексей михаил николай",
    ),
    (
        Signs::PLACE,
        "german french dutch greek swiss israeli iraqi saudi pakistani afghan emirati qatari kuwaiti omani yemeni \
         somali bangladeshi nepali thai czech uzbek kazakh tajik kyrgyz turkmen arab catholic communist sunday saturday \
         national local state jewish american welsh filipino us u.s uk u.k uae eu un london paris berlin moscow \
         beijing tokyo washington madrid rome vienna brussels geneva zurich cairo tehran baghdad beirut damascus \
         jerusalem ankara istanbul athens warsaw prague budapest kiev kyiv minsk delhi mumbai karachi dhaka lagos \
         nairobi johannesburg sydney melbourne toronto montreal chicago boston dublin edinburgh glasgow manchester \
         liverpool oslo stockholm copenhagen helsinki lisbon barcelona milan munich hamburg frankfurt israel iran iraq \
         syria turkey russia ukraine china japan india pakistan france germany spain italy greece poland britain \
         england scotland ireland america canada australia egypt brazil mexico argentina chile peru colombia \
         venezuela cuba kenya nigeria ghana sudan europe africa asia morning evening weekly daily independent \
         conservative liberal deutsche deutschen europa",
    ),
    (
        Signs::NO_FIRST,
        "york breaking fake good bad great local latest top more related big best old new hard modern ancient end tough \
         trying difficult deutsche deutschen swiss canada japan royal australia india trading blog facebook instagram \
         twitter linkedin social apple samsung smart google fire pluto youtube reality state live pay cable digital \
         android android lg sony roku world's satellite commercial community public private national latest \
         breakfast morning evening prime trump's his her their our my all us daily sunday street video audio \
         hospital medical scientific academic american european british international law police school student \
         college university internet online web press air",
    ),
    (
        Signs::THIS,
        "this that his her their its whose my your these those our own este esta estos estas ese esa dicho dicha mismo misma nuestro nuestra su sus \
         ce cet cette notre nos son sa ses leur dieser diese dieses diesem diesen jener unser unsere unserer unserem \
         unseren seiner seinem seine ihrer ihrem ihre eigene eigenen его её её этот эта этой этому этого своей \
         своему наш наша нашей нашего",
    ),
    (
        Signs::FATE,
        "closed closes closing shut shuttered banned blocked blocks suspended suspends fined sued raided bought buys \
         acquired acquires founded founds launched launches owned owns sold sells attacked bombed censored \
         bankruptcy bankrupt merged merges subscribers readership circulation layoffs lawsuit libel defamation \
         founder founders chief owner publisher publishers licence license fermé fermée \
         fermeture interdit interdite suspendu suspendue bloqué bloquée racheté rachetée rachat rachète fondé fondée \
         fondateur fondatrice cofondateur propriétaire actionnaire actionnaires faillite liquidation condamné \
         condamnée poursuivi poursuivie perquisition perquisitionné rédacteur rédactrice diffamation cierre cerrado \
         cerrada cerró clausura clausurado clausurada clausuró fundado fundada fundador fundadora fundó vendido \
         vendida comprado comprada compró allanado allanada bloqueado bloqueada bloqueo suspendido suspendida \
         suspendió propietario propietaria dueño dueña dueños accionista accionistas quiebra difamación multado \
         multada multa multó demandó demandado demandada atentado censurado censurada cofundador geschlossen \
         eingestellt verboten gegründet gründete gründer gründerin verkauft übernommen übernahm gekauft kauft \
         insolvenz insolvent gesperrt durchsucht verklagt verklagte klage eigentümer inhaber herausgeber \
         herausgeberin gesellschafter chefredakteur chefredakteurin chefredaktion abonnenten auflage закрыт закрыто \
         закрыта закрыли заблокирован заблокировано заблокировала признан признано признала основал основатель \
         владелец купил оштрафован оштрафовал главред учредитель учредителя",
    ),
    (
        Signs::SCIENCE,
        "study studies researchers scientists étude études chercheurs scientifiques scientifique \
         estudio estudios investigadores científicos científica científico studie studien forscher forschende \
         forschenden forscherinnen wissenschaftler wissenschaftlerinnen fachjournal fachmagazin исследование \
         исследования учёные ученые научном научный",
    ),
    (
        Signs::FINITE,
        "was were is are had has have would will could can may might did does should must wasn't isn't won't \
         couldn't wouldn't hadn't hasn't didn't intends wants wanted plans planned faces needs needed",
    ),
    (
        Signs::SHOWN,
        "покажут покажет показывать посмотреть смотреть трансляция трансляции трансляцию watch watching stream streamed \
         live vivo directo übertragen überträgt übertragung retransmite retransmis retransmise",
    ),
    (
        Signs::PRINTS,
        "titre titrent titrait écrit écrivait écrivent rapporte rapportait rapportent révèle révélait révèlent relate \
         raconte racontait renchérit relaie dévoile dévoilait ironise s'interroge affiche barre enfonce titula titulaba \
         publica publicó publicaba reporta reportó reseña reseñó relata relató consigna consignó divulgó divulga",
    ),
    (
        Signs::WITH_ARTICLE,
        "pen drian maire foll guen roux gall goff clézio poste banque redoute france république républicains verts \
         écologistes patriotes insoumis havre mans rochelle réunion haye mecque havane paz plata habana haya moncloa \
         zarzuela liga salvador chapo mencho cordobés rey corte cámara presidencia fiscalía policía iglesia virgen \
         justicia bolsa casa rioja caixa mayo pape ligue fédération cour justice police ville mairie préfecture \
         ministère gouvernement",
    ),
    (
        Signs::LINK,
        "de del la las los le les du des d l e y et of the and und der die das di della do da dos van den für n",
    ),
];
