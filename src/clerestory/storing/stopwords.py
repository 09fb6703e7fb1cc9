"""Words that say nothing about a text's subject, by language: articles, pronouns, auxiliaries.

After the lists of the Snowball project (https://snowballstem.org, BSD), shortened to
words that are never names or content: "us" (a country) and "été" (summer) are missing on
purpose.
"""

from __future__ import annotations

_TEXT = {
    "en": """
        a about above after again against all am an and any are aren't as at be because been before
        being below between both but by can can't cannot could couldn't did didn't do does doesn't
        doing don't down during each few for from further had hadn't has hasn't have haven't having
        he he'd he'll he's her here here's hers herself him himself his how how's i i'd i'll i'm i've
        if in into is isn't it it's its itself let's me more most mustn't my myself no nor not of off
        on once only or other ought our ours ourselves out over own same shan't she she'd she'll she's
        should shouldn't so some such than that that's the their theirs them themselves then there
        there's these they they'd they'll they're they've this those through to too under until up
        upon very was wasn't we we'd we'll we're we've were weren't what what's when when's where
        where's which while who who's whom whose why why's will with won't would wouldn't you you'd
        you'll you're you've your yours yourself yourselves""",
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes
        auch auf aus bei bin bis bist da damit dann das dass daß dein deine deinem deinen deiner dem
        den denn der des desse dessen deren dich die dies diese diesem diesen dieser dieses dir doch
        dort du durch ein eine einem einen einer eines er es etwas euch euer eure für gegen gewesen
        hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
        im in indem ins ist ja jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann
        kein keine keinem keinen keiner können könnte man manche manchem manchen mancher mein meine
        meinem meinen meiner mich mir mit muss musste nach nicht nichts noch nun nur ob oder ohne sehr
        sein seine seinem seinen seiner selbst sich sie sind so solche solchem solchen solcher soll
        sollte sondern sonst über um und uns unse unser unsere unserem unseren unter viel vom von vor
        während war waren warst was weg weil weiter welche welchem welchen welcher welches wenn wer
        werde werden wie wieder will wir wird wirst wo wollen wollte würde würden zu zum zur zwar
        zwischen""",
    "fr": """
        à ai aie as au aura aurait aux avait avec avez avoir avons c ce ceci cela celle celles celui
        ces cet cette ceux chaque ci comme comment d dans de des dont du elle elles en es est et
        étaient était étant être eu eux fait fut furent ici il ils j je l la le les leur leurs lui
        m ma mais me même mes moi mon n ne ni nos notre nous on ont ou où par pas pour pourquoi qu
        quand que quel quelle quelles quels qui quoi s sa sans se sera serait ses si soit son sont
        sous sur t ta te tes toi ton tous tout toute toutes tu un une vos votre vous y""",
    "es": """
        a al algo algunas algunos ante antes aquel aquella aquellas aquellos así aunque cada como cómo
        con contra cual cuál cuales cuando cuándo de del desde donde dónde dos durante e el él ella
        ellas ellos en entre era eran es esa esas ese eso esos esta está estaba están estas este esto
        estos fue fueron ha había han has hasta hay he la las le les lo los me mi mis mucho muy más
        nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por porque
        qué que quien quién se sea ser si sí sido sin sobre son su sus también tanto te tiene tienen
        todo todos tu tus un una uno unos y ya yo""",
    "it": """
        a ad ai al alla alle allo agli c che chi ci come con contro cosa cui d da dagli dai dal dalla
        dalle dallo degli dei del dell della delle dello di dove e ed era erano essere fu gli ha hai
        hanno ho i il in io l la le lei lo loro lui ma me mi mia mie miei mio ne negli nei nel nell
        nella nelle nello noi non nostra nostro o per perché più quale quali quando quanto quella
        quelle quelli quello questa queste questi questo qui se sei si sia siamo sono sta su sua sue
        sugli sui sul sull sulla sulle sullo suo suoi ti tra tu tua tuo tutti tutto un una uno vi voi""",
    "pt": """
        a ao aos aquela aquelas aquele aqueles aquilo as até com como da das de dela delas dele deles
        depois do dos e é ela elas ele eles em entre era eram essa essas esse esses esta está estas
        este estes eu foi foram há isso isto já lhe lhes mais mas me mesmo meu meus minha minhas muito
        na não nas nem no nos nós nossa nosso num numa o os ou para pela pelas pelo pelos por porque
        quais qual quando que quem são se seja sem ser será seu seus só sua suas também te tem têm teu
        tu tua um uma você vocês vos""",
    "nl": """
        aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een
        en er ge geen had heb hebben heeft hem het hier hij hoe hun ik in is ja je kan kon kunnen maar
        me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons onze ook op over
        reeds te tegen toch toen tot u uit uw van veel voor want waren was wat welke werd wezen wie
        wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou""",
    "sv": """
        alla att av blev bli blir de dem den denna deras dess dessa det detta dig din dina ditt du där
        då efter ej eller en er era ett från för ha hade han hans har henne hennes hon honom hur här i
        icke in inom inte jag ju kan kunde man med mellan men mig min mina mitt mot mycket ni nu när
        någon något några och om oss på samma sedan sig sin sina sitt skulle som så sådan till under
        upp ut utan vad var vara vart varför vem vi vid vilken vilka vår våra än är åt över""",
    "da": """
        af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse
        dog du efter eller en end er et for fra ham han hans har havde have hende hendes her hos hun
        hvad hvem hvis hvor hvordan i ikke ind jeg jer jo kunne man mange med meget men mig min mine
        mit mod når ned nogle nogen noget nu og også om op os over på sådan selv sig sin sine sit
        skal skulle som til ud under var vi vil ville vor være""",
    "no": """
        alle at av ble bli blir da de deg dem den denne der dere deres det dette di din disse du eller
        en er et etter for fra før ha hadde han hans har henne hennes her hun hva hvem hvis hvor
        hvordan i ikke inn jeg kan kom kunne man med meg men min mine mitt mot mye når noe noen nå og
        også om opp oss over på seg selv sin sine sitt skal skulle slik som så til ut under uten var
        ved vi vil ville vår være""",
    "ru": """
        а без бы был была были было быть в вам вас весь во вот все всё вы да для до его ее её ей если
        есть еще ещё же за и из или им их к как какая какой когда кто ли мне мы на над нам нас не него
        нее нет ни них но о об он она они от по под при с так такой там то того тоже той только том ты
        у уже чем что чтобы эта эти это этого этой этот я""",
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _TEXT.items()}
