//! The regular verbs of attribution: those of outlets, and those of people who speak to them.
//!
//! Lists only, as [`super::phrases`]; that file holds the irregular ones.

use super::phrases::Roles;

/// Endings of the regular verbs of a language.
const EN: &str = ",s,ed,ing";
/// "CNN reveals", but "they want CNN to reveal".
const EN_OUTLET: &str = "s,ed,ing,es";
const EN_E: &str = "e,es,ed,ing";
const DE: &str = "t,te,ten,en";
const FR: &str = "e,ee,es,ees,ent,ait,aient,a,erent,ant,er";
/// What stands for itself, and behind no auxiliary.
const DE_FINITE: &str = "t,te,ten";
const FR_FINITE: &str = "e,ent,ait,aient";
const AR_FINITE: &str = "a,an,o,aba,aban,aron";
const IR_FINITE: &str = "e,en,io,ia,ian,ieron";
const AR: &str = "a,an,o,aba,aban,aron,ado,ada,ados,adas,ar,ando";
const IR: &str = "e,en,io,ia,ian,ieron,ido,ida,idos,idas,ir,er,iendo";
const RU: &str = "л,ла,ло,ли,ет,ют,т,лся,лась,лись,ется,ются";
const RU_ADJECTIVE: &str = "ый,ая,ое,ые,ого,ой,ому,ых,ым,ую,ыми,о,ы,а";
const RU_NOUN: &str = "е,я,ю,и,й,ям,ях,ем";

/// What the verbs of an outlet are in German, French and Spanish, where the verb can stand before its subject.
const REPORT: &[Roles] = &[Roles::REPORTS, Roles::INVERTED, Roles::PASSIVE, Roles::PARTICIPLE];
/// What an outlet says, of itself as easily: "Le Monde annonce ses résultats".
const COMMENT: &[Roles] = &[Roles::REPORTS, Roles::SAYS];
const CONFIDE: &[Roles] = &[Roles::CONFIDES, Roles::TALK];

/// Regular verbs: what they are, the endings, the stems. First those of outlets, then those of people who speak to them.
pub const FAMILIES: &[(&[Roles], &str, &str)] = &[
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
    (REPORT, IR, "acced describ conoc difund"),
    (REPORT, FR, "divulgu ébruit"),
    (REPORT, AR, "divulg reseñ"),
    (
        COMMENT,
        FR_FINITE,
        "ajout préconis comment alert spécul compar fustig salu dénonc déplor regrett redout pronostiqu glos martel recens illustr énumèr imagin complèt retranscri analys décrypt jug estim point ironis considèr considér résum retrac décel",
    ),
    (
        COMMENT,
        AR_FINITE,
        "asever mencion consign resalt remarc enfatiz puntualiz acot alert plante vaticin especul compar retrat desgran ironiz sentenci pronostic desliz matiz ilustr evoc rese destac denunci critic cuestion lament investig detect analiz editorializ destac consider calific repas resum opin record recuerd coment insist pregunt estim",
    ),
    (
        COMMENT,
        IR_FINITE,
        "sostien sosten escrib añad refir refier sugir sugier reproduc atribuy descubr difund adviert advirt",
    ),
    (
        COMMENT,
        DE_FINITE,
        "ergänz erläuter beton vermut behaupt erinner prognostizier resümier ätz schätz errechn berechn ermittel thematisier porträtier beleucht skizzier publizier verbreit erwähn konstatier notier analysier spekulier mutmaß höhn frohlock schlussfolger bilanzier schilder interpretier attestier frag mein stichel kritisier lob mahn warn prophezei beklag",
    ),
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
         plädier dementier begründ beklag zeig teil mein behaupt versicher mahn widersetz entschuldig distanzier appellier rechtfertig konter spott schimpf droh befürwort unterstütz wünsch hoff erinner erwart glaub frag antwort reagier beschuldig stell rechn skizzier bekräftig lehn lob bedauer ergänz",
    ),
    (
        CONFIDE,
        FR,
        "gliss souffl certifi jur rétorqu tempér annonc ajout précis expliqu racont témoign confi déclar assur affirm confirm avou lanc jug estim plaid dénonc \
         regrett déplor lâch détaill indiqu martel résum soulign critiqu répliqu nuanc insist dévoil réclam",
    ),
    (
        CONFIDE,
        AR,
        "traslad comunic facilit asever agreg mencion sentenci puntualiz remarc enfatiz resalt acot expres argument ratific reafirm narr confes garantiz alert ironiz contest replic zanj apostill consider opin estim declar confirm explic asegur señal cont relat afirm neg inform detall precis manifest indic revel adelant lament \
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
    (
        CONFIDE,
        IR,
        "añad desment desmint promet refir refier manten advirt advert admit reconoc respond sosten expus coincid conced",
    ),
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
