//! Words that say nothing about which story a text tells, in the five languages the engine knows.
//!
//! Function words of grammar books, folded as [`super::words`] folds. Rare terms weigh themselves by their document
//! frequency; this list matters while the window is still small.

use std::{collections::HashSet, sync::LazyLock};

use super::{hasher::Spread, words};

static STOP: LazyLock<HashSet<u32, Spread>> = LazyLock::new(|| {
    [ENGLISH, GERMAN, FRENCH, SPANISH, RUSSIAN, NEWS]
        .iter()
        .flat_map(|list| list.split_whitespace())
        .map(fold)
        .collect()
});

fn fold(word: &str) -> u32 {
    words::hash_folded(word)
}

/// Whether the folded word with this hash is a function word.
pub fn is_stop(exact: u32) -> bool {
    STOP.contains(&exact)
}

const ENGLISH: &str = "a about above after again against all also although am among an and any are aren't around as at \
    be became because been before being below between both but by can can't cannot could couldn't did didn't do does \
    doesn't doing don't down during each either even ever every few for from further get gets getting go goes going got \
    had hadn't has hasn't have haven't having he he'd he'll he's her here hers herself him himself his how however i \
    i'd i'll i'm i've if in into is isn't it it's its itself just like ll made make makes many may me might more most \
    much must my myself near neither no nor not now of off on once one only onto or other our ours out over own per \
    quite rather re really s same she should shouldn't since so some still such t than that that's the their theirs \
    them themselves then there these they they'd they're they've this those though through to together too toward \
    towards under until up upon us ve very via was wasn't way we we'd we'll we're we've well were weren't what when \
    where whether which while who whom whose why will with within without won't would wouldn't yet you you'd you'll \
    you're you've your yours yourself two three first last new said say says saying told tell tells according asked \
    added called take takes took taking come comes came want wants back another amid";
const GERMAN: &str = "aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin \
    bis bist da damit dann das dass dem den denn der des dich die dies diese diesem diesen dieser dieses doch dort du \
    durch ein eine einem einen einer eines er es etwas euch fur gegen habe haben hat hatte hatten hier hin hinter ich \
    ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jetzt kann kein keine konnen \
    machen man mehr mein mit muss nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen \
    seiner selbst sich sie sind so soll sollen sonst uber um und uns unter viel vom von vor wahrend war waren was weil \
    welche wenn werden wie wieder will wir wird wo wurde wurden zu zum zur zwischen sagte sagt";
const FRENCH: &str = "a ai au aux avec avait avant ce ces cet cette ceux chez comme contre d dans de depuis des deux \
    dit donc dont du elle elles en encore entre est et etaient etait ete etre eu fait faire il ils j je jusqu l la le \
    les leur leurs lors lui m ma mais me meme mes moins mon n ne ni nos notre nous on ont ou par pas pendant plus pour \
    qu quand que quel quelle qui s sa sans se selon ses si son sont sous sur ta tes toi ton tous tout toute toutes tres \
    tu un une va vers vos votre vous y apres ainsi aussi";
const SPANISH: &str = "al ante antes asi aunque cada como con contra cual cuando de del desde donde dos durante e el \
    ella ellas ellos en entre era eran es esa ese eso esta estaba estan este esto estos fue fueron ha habia han hasta \
    hay la las le les lo los mas me mi mientras muy nada ni no nos nuestro o otra otro otros para pero poco por porque \
    que quien se segun ser si sido sin sino sobre solo son su sus tambien tan tanto te tener tiene tienen todo todos \
    tras tu un una uno unos ya yo dijo dice";
const RUSSIAN: &str = "а без более бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее \
    если есть еще же за и из или им их к как ко когда которая которые который кто ли между меня мне может мы на над \
    надо нас не него нее нет ни них но ну о об он она они оно от перед по под после при про с свои свой себя со так \
    также такой там тем то того тоже только том тот ты у уже хотя чего чем что чтобы эта эти это этого этой этом этот \
    я будет сообщил сообщает заявил словам году года";
const NEWS: &str = "mr mrs ms monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow week \
    month year years time news report reports reported reportedly update updated story article read more video photo \
    photos image getty via http https www com html people percent";
