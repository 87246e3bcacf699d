//! The words of attribution in five languages, each with the places it can take in a sentence.
//!
//! Lists only: [`super::cite`] knows how the places fit together. Words are folded as [`super::words`] folds them.

use std::{
    ops::{BitOr, BitOrAssign},
    sync::LazyLock,
};

use super::{hasher::FastMap, verbs::FAMILIES, words};

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
    /// A piece of journalism that several houses make together: "Recherchen mit".
    pub const INQUIRY: Self = Self(1 << 54);
    /// Where a newspaper's main news stands: "à la une de".
    pub const FRONT: Self = Self(1 << 55);
    /// In "por parte de".
    pub const PART: Self = Self(1 << 56);
    /// With [`Roles::RUNS`] before it: "fait le point".
    pub const FEATURE: Self = Self(1 << 59);
    /// Before one of several: "des médias, dont".
    pub const INCLUDING: Self = Self(1 << 61);
    /// What two outlets did: "gemeinsam mit".
    pub const JOINT: Self = Self(1 << 62);
    /// What an outlet has others do: "un sondage pour".
    pub const POLL: Self = Self(1 << 60);
    /// Opens a sentence with whose view it tells: "Pour Le Monde, …".
    pub const VIEW: Self = Self(1 << 57);
    /// What kind of outlet a name is: "newspaper". All of them are [`Roles::DESCRIPTOR`] as well.
    pub const TYPE: Self = Self(1 << 58);
    /// With [`Roles::PARTICIPLE`] behind: "will erfahren haben".
    pub const CLAIMS: Self = Self(1 << 63);
    pub const NONE: Self = Self(0);

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

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
        self.and(other)
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
        Roles::TYPE.and(Roles::DESCRIPTOR),
        "medien medienunternehmen medienhäuser station stations dienst branchendienst fachportal finanzportal newsletter podcast nachrichtenplattform newspaper newspapers paper magazine broadcaster network website newswire newsagency tabloid weekly newsroom \
         zeitung tageszeitung wochenzeitung boulevardzeitung boulevardblatt blatt blattes magazin magazins \
         nachrichtenmagazin nachrichtenmagazins wirtschaftszeitung wirtschaftsmagazin nachrichtenagentur agentur \
         fernsehsender fernsehsenders nachrichtenportal nachrichtenportals onlineportal onlineportals onlinemagazin \
         sender senders portal portals politikmagazin wochenmagazin nachrichtensender wochenblatt sonntagszeitung \
         boulevardmedium zeitschrift zeitungen lokalzeitung regionalzeitung newsportal finanzzeitung radiosender \
         privatsender wochenend zeitungsgruppe sportmagazin fachmagazin fachblatt fachzeitschrift sportzeitung \
         investigativplattform rechercheplattform journal l'agence l'hebdomadaire quotidien quotidiens hebdomadaire \
         hebdomadaires hebdo mensuel mensuels chaîne agence agences journaux revue radio télévision média médias \
         tabloïd confrères confrère bimensuel diario diarios periódico periódicos agencia agencias cadena revista \
         rotativo semanario televisora emisora emisoras medio medios matutino vespertino tabloide газета газеты \
         газете газету газетой издание издания изданию изданием изданий журнал журнала журналу журналом агентство \
         агентства агентству агентством агентствам агентстве телеканал телеканала телеканалу телеканалом телеканале \
         портал портала порталу радио радиостанция радиостанции еженедельник еженедельника telegram",
    ),
    (
        Roles::DESCRIPTOR,
        "qu'à qu'au englische englischen englischer englisches französischer spanischer italienischer portugiesische portugiesischen portugiesischer brasilianische brasilianischen argentinische argentinischen mexikanische mexikanischen chilenische chilenischen kolumbianische kolumbianischen griechische griechischen ungarische ungarischen tschechische tschechischen slowakische slowenische kroatische kroatischen serbische serbischen bulgarische rumänische rumänischen norwegische norwegischen finnische finnischen schwedischen isländische irische irischen schottische arabische arabischen saudische saudischen iranische iranischen ägyptische ägyptischen libanesische libanesischen syrische syrischen indische indischen pakistanische südkoreanische südkoreanischen nordkoreanische taiwanische australische australischen kanadische kanadischen südafrikanische belarussische georgische armenische estnische lettische litauische staatsnahe staatsnahen regierungsnahe regierungsnahen kremlnahe oppositionelle oppositionellen renommierte renommierten arabe arabes kurde turque grecque tchèque iranien iranienne syrien libanais libanaise égyptien saoudien qatari émirati brésilien brésilienne argentin argentine mexicain mexicaine portugais portugaise polonais polonaise hongrois roumain bulgare serbe ukrainien ukrainienne suédois danois norvégien finlandais japonais japonaise chinois chinoise indien indienne coréen sud-coréen australien africain nigérian malien ivoirienne burkinabè camerounais gabonais congolais guinéen béninois togolais nigérien malgache algérois palestinien israélienne britanniques américains américaines francophone anglophone indépendant indépendante libanés israelí israelíes iraní iraníes palestino sirio turco turca griego polaco húngaro checo sueco noruego danés finlandés holandés belga suizo suiza austriaco irlandés escocés portuguesa ucraniano ucraniana chino china japonés japonesa surcoreano surcoreana norcoreana indio australiano canadiense brasileña qatarí saudí egipcio marroquí argelino panameño panameña hondureño hondureña salvadoreño salvadoreña guatemalteco guatemalteca nicaragüense costarricense dominicano dominicana cubano cubana puertorriqueño paraguayo paraguaya ecuatoriana boliviana uruguaya peruanas cordobés rosarino santafesino bonaerense porteño porteña neoyorquino neoyorquina londinense parisino romano milanés barcelonesa sevillano valenciano andaluz canario murciano aragonés asturiano navarro balear mallorquín independiente opositor opositora oficialista conservador conservadora progresista prestigioso prestigiosa reconocido reconocida influyente popular vespertino vespertina matutino matutina especializado especializada spécialisé spécialisée algérienne marocaine tunisienne sénégalaise canadienne québécoise chilienne mexicaine colombienne russes italienne espagnole suisses officielle officiel plattform investigativ investigative ligne amtliche amtlichen службой телеграм канал канала каналу каналом канале он она они wochenzeitungen \
         zeitschriften chaînes digital деловое деловой деловая recherchenetzwerk radiophonique programa служба \
         службе службы русская русской daily’s suisse belge local régional на u.s us uk american british english \
         london german french russian israeli chinese iranian ukrainian turkish indian japanese italian spanish \
         argentine state official public private daily sunday channel site outlet news agency wire service business \
         financial tv media s n deutschen deutsche französischen französische russischen russische amerikanischen \
         amerikanische britischen britische österreichischen österreichische schweizer italienischen spanischen \
         türkischen staatlichen staatliche presse américain américaine britannique allemand allemande espagnol \
         italien russe français d canal noticias estadounidense británico argentino español francés alemán estatal \
         rusa ruso сайт сайта американская американское американской американского британская британской немецкий \
         немецкое российское российский информационное информационного groupe publique publics publiques privé \
         privée national nationale économique sportif sportive satirique numérique genevois genevoise lausannois \
         québécois canadien canadienne marocain algérien tunisien sénégalais ivoirien d'information d'investigation \
         information britisches wöchentliche sport économie mexicano mexicana chileno chilena colombiano colombiana \
         peruano peruana uruguayo venezolano venezolana boliviano ecuatoriano brasileño brasileña catalán catalana \
         vasco gallego madrileño barcelonés deportivo deportiva económico económica italiano italiana francesa \
         británica alemana española argentina estadounidenses portugués pública público privada zürcher berner \
         hamburger münchner wiener berliner kölner frankfurter regionale regionalen öffentlich öffentliche \
         öffentlichen rechtliche rechtlichen israelische israelischen chinesische chinesischen japanische \
         japanischen polnische polnischen ukrainische ukrainischen türkische spanische italienische niederländische \
         niederländischen belgische belgischen dänische schwedische katholische katholischen linke linken rechte \
         rechten konservative konservativen liberale liberalen linksliberale linksliberalen",
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
        "mitteilte mitteilten teilte teilten erzählt erzählen schildert schildern bestätigt verrät verriet verrieten erzählte erzählten offenbarte schilderte vertraute говорят отмечает telling informed told tells tell sagte sagten sagt erklärte bestätigte gegenüber confié \
         déclaré declaró интервью беседе комментарии известно стало",
    ),
    (Roles::BY, "by von vom durch par por"),
    (
        Roles::PASSIVE,
        "confirmée filtrado filtrada filtrados filtradas confirmé confirmés confirmées confirmada confirmado accusé accusée accusés accusées épinglé épinglée acusado acusada beschuldigt conocido conocida conocidos conocidas señalado señalada cause analizada analizado analizados analizadas spotted flagged highlighted tallied documented discovered sondé sondés sondée sondées soulevé soulevée vu vue lu obtenu obtenus obtenue obtenues recueilli recueillis recueillie detailed uncovered unearthed \
         noted compiled visto vistos verified conducted commissioned shared aired released leaked provided \
         identified surveyed analysed analyzed contacted asked contactée interrogée joint reported revealed \
         published obtained seen reviewed quoted cited interviewed broken confirmed disclosed carried \
         veröffentlichter berichtet gemeldet bestätigt rapportée publiée révélée citée relayée",
    ),
    (Roles::IN, "for in im dans en в"),
    (
        Roles::WRITTEN,
        "replicada replicado reproducida reproducido difundida difundido recogida recogidas lit lisait lesen décrit décrits décrite décrites parues parus gelesen erschien erschienenen erschienene aparecido aparecidas aparecida recogido gedruckt abgedruckt sorti sortie sorties sagte sagten heißt steht published wrote writing writes column erschienen veröffentlicht paru parue publié \
         publiée tribune publicado publicada",
    ),
    (Roles::WITH, "aus для für pour para zu auprès to with mit con avec с sur"),
    (Roles::A, "al a au aux"),
    (
        Roles::CONFIDES,
        "s'exprimer s'exprime s'exprimait exprimer exprimé témoignage témoignages confidences confidence témoigné témoigne confie déclarations disant estimé assurait dice dicen decía dijo dit disait disent promis exclu reconnu admis prévenu défendu sostuvo advierte expuso \
         reconnaît défend promet exclut répond répondu prévient écrit savoir accordé accordée donné \
         donnée dite entretien interview entrevista declaraciones dijeron dicho",
    ),
    (Roles::ON, "auf sur bei beim en on"),
    (
        Roles::ONAIR,
        "asked entrevistado entrevistada interrogé interrogée interviewé interviewée questionné questionnée invité \
         invitée befragt aired airing appearing interviewed broadcast interview interviews said spoke speaking \
         appearance",
    ),
    (
        Roles::TALK,
        "äußerung äußerungen aussage aussagen propos contacto comunicación charla plática llamada sprach sprachen spricht sprechen gesprochen gespräche колонке exchange conversation conversations chat messages letter documents findings footage recording memo \
         разговоре общении gastbeitrag kolumne essay tribune columna so email interview told speaks gespräch \
         conversación entrevistado diálogo denied emailed dicho according interviews statement statements speaking \
         spoke said sources source entretien dit confirmée entrevista declaraciones acuerdo dijo dijeron беседе \
         интервью",
    ),
    (Roles::OF, "aus of from de du des del d der von"),
    (
        Roles::PIECE,
        "berichte berichten meldung meldungen rapport rapports investigaciones reportajes artículos encuestas enquêtes articles untersuchung untersuchungen auftrag noticia noticias exklusivbericht versión version versiones éléments données datos daten leitartikel kommentar artikels beitrags eco écho échos reportagen interviews faktencheck faktencheckern faktenchecker chronique titres recherches révélations tribune dossier podcasts recopilación primicia primicias exclusivas exclusivités filtración cálculos berechnungen schätzungen décomptes calculs estimations piece consulta consultas informe informes reporte reportes nota notas publicación décompte comptage sondage recuento sondeo encuesta \
         auswertung auszählung umfrage enthüllung enthüllungen question nachfrage anfrage  colonnes pages páginas  entrevue poll survey tally count \
         examination probe info exclusif exclusiva exclusive exklusiv revelaciones révélation entretiens \
         gastbeitrag beitrag sendung podcast confrères invité invitée    report reports story \
         article investigation interview scoop reporting analysis account bericht berichts artikel recherche \
         recherchen informationen angaben information informations enquête reportage révélations entretien \
         información informaciones investigación reportaje artículo entrevista расследование статья статье материал \
         материале интервью",
    ),
    (Roles::LEADS, "a in citing cites cited after following to by confirmed denied per on nach laut einem einer"),
    (
        Roles::INVERTED,
        "poursuit poursuivent enchaîne conclut deckte deckten schreiben findet décrit abonde abondent renchérit ironise tempère conclut résume s'exclame s'interroge pronostique analyse dice dicen recoge recogen recogió écrit écrivent croit croient savoir пишет пишут acceso saber sabido erfuhr erfuhren \
         supo apprend berichtet berichtete berichteten schreibt schrieb meldet meldete meldeten écrivait отмечает \
         appris",
    ),
    (
        Roles::REPORTS,
        "poursuit poursuivent enchaîne conclut s'intéresse s'intéressent s'interroge s'interrogent s'inquiète s'étonne s'amuse s'attarde s'alarme s'indigne s'agace s'émeut revient reviennent annonçait annonçaient annoncent findet fand nennt nannte spricht sprach beschreibt beschrieb schreiben décrit décrivait parle parlait parlent dévoile habla hablan hablaba recoge recogen recogió titelt ссылается ссылаются zugespielt savoir dice dicen published report learnt einsehen eingesehen liegt liegen lag lagen understands hears нашел нашла нашли нашло dit \
         écrivent écrit disponía tuvo dispone adds added identified verified aired отметило vorliegt vorliegen \
         vorlag vorlagen erfuhr supo said says say wrote writes broke found berichtet berichtete berichteten \
         schreibt schrieb meldet meldete zufolge écrivait appris пишет пишут",
    ),
    (Roles::SAYS, "so said says reported reports report wrote writes announced confirmed disclosed revealed"),
    (
        Roles::BETWEEN,
        "s'en aber jetzt nämlich allerdings zudem nous nos daté datée nun weiter fue primera primero se vorab croit croient s'est schon aussi been exclusiva exclusividad exclusivité exclusiv erneut inzwischen mittlerweile kürzlich zuletzt recién \
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
    (Roles::INQUIRY, "recherchen recherche rechercheverbund recherchekooperation recherchebündnis recherchenetzwerk"),
    (Roles::FRONT, "micros micrófonos micro antenne plateau heures jt telediario une manchette titelseite frontseite"),
    (Roles::PART, "parte part compañeros compañeras colegas confrères collègues kollegen kolleginnen"),
    (
        Roles::FEATURE,
        "mesa l'écho atención attention exclusiva luz jour licht point état part savoir titre titres commentaire commentaires kommentar kommentare espacio éditorial editorial portada \
         dossier page pages seite seiten titelseite horn tribune article artikel une",
    ),
    (
        Roles::POLL,
        "sondage enquête étude baromètre poll survey umfrage erhebung encuesta sondeo réalisé réalisée estudio barómetro",
    ),
    (Roles::CLAIMS, "will wollen möchte"),
    (Roles::VIEW, "pour para dans"),
    (Roles::HE, "he she his her"),
    (Roles::QUOTING, "приводит приводят цитирует цитируют цитировал цитировала процитировал процитировала"),
    (Roles::BASIS, "according"),
    (Roles::ABOUT, "about against regarding concerning über gegen contre sobre contra о об против"),
    (
        Roles::RUNS,
        "puso pone pusieron presta prestan prête apporte apporté apportait saca sacó sacado fend dedican dedicaron dedicaba stieß stiess stösst bläst widmen titre publie fait font faisait livre livrent livrait signe dresse ofrece ofrecía hizo hace hicieron hacen ran runs carried carries aired consacre consacré dedica dedicó widmet widmete druckt druckte brachte \
         посвятил посвятила посвятили",
    ),
    (Roles::ASIDE, "ainsi aussi pour de sa son côté part lui seinerseits indes dagegen por su parte lado"),
    (Roles::RELIES, "beruft berufen berief beriefen bezieht bezog"),
    (Roles::SICH, "sich"),
    (Roles::OFFICE, "пресс pressestelle"),
    (Roles::LABEL, "source sources quelle quellen fuente fuentes источник источники"),
    (Roles::INCLUDING, "dont darunter notamment"),
    (Roles::JOINT, "gemeinsam zusammen together jointly junto conjointement"),
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
    (Roles::CONNECTIVE, "ainsi sowie así and or und oder et ou y e и или as well"),
    (Roles::TO, "to zu"),
    (Roles::S, "s"),
    (
        Roles::ITSELF,
        "son sa ses leur leurs sein seine seinen seinem seiner ihre ihren ihrem ihrer eigene eigenen su sus it its itself their they",
    ),
    (
        Roles::LEARNED,
        "learnt analyzed analysed examined seen learned obtained reviewed spoke spoken heard understood verified \
         told viewed",
    ),
    (Roles::WITNESS, "saw witnessed counted heard watched"),
    (Roles::RELATIVE, "со ссылаясь unter citing quoting citant citando which who qui que которая который"),
    (Roles::AS, "nachdem seitdem as wie comme como как según"),
    (
        Roles::PREPOSITION,
        "de del du at for of with against on from near about between bei beim für gegen mit von vom über pour contre avec \
         chez para contra con sobre от из для против о об",
    ),
    (
        Roles::SAGTE,
        "mitteilte mitteilten geben äusserte äusserten äussern äussert brachte bringt hält hielt tönt verkündete verkündet verkünden heißt hieß hiess verriet verrieten gegeben gewährt schloss schlossen schließt widersprach widerspricht versprach verspricht verwies verweist empfahl riet rät \
         warf wirft warb wirbt nennt ruft gibt weist beschrieb beschreibt mitgeteilt gedroht gesagt gefordert \
         gewarnt geäußert geschildert angekündigt eingeräumt zurückgewiesen ausgesprochen genannt gestellt gezeigt \
         gesprochen vorgeworfen sprach sprachen spricht wies wiesen nannte nannten bestritt bestritten rief riefen \
         gab gaben hob",
    ),
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
