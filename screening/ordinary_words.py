"""Words of everyday English that happen to lie near the name of a medicine: never offered as a misspelling of one.

Made from dictionaries of American and British English with `python -m tests.bench.medicine_names --near-words FILE`;
make it again when a protocol adds names. Words that people do write for a medicine ("concert", "lyrics", "ability",
"singular") are left out by hand, and beside a strength ("normal 20 mg") any word is still looked at.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
    abstract accurate actin acutance affair affine afrit aileron alacrity alcoholic alcoholise aldol aldols alert
    aleurone alexia alkyl alleged allegory allegro allegros allergen allethrin allograph amandine amarelle ambience
    amend amending amerce amine aminopyrine ammine amoral amperage annularity antiq arbitral arctic arista aristas
    aristate arming arsine arsphenamine ascendant ascendent ascending ascension ashtrays aside assert astral ataraxia
    ataraxic ataraxy attenuate aura austral avert axil azide basilar bedel boga bombazine brooms buffo butyrins
    cacodaemon calash callant callas canalise cannabises cannas canthus cantus capita carbazole cardamon cardiae
    cardies carmine carotene carrack cauline centralise centralize centroid cerement chalone chamoix champing champion
    champions chanties chanting chazan chiack chicane choc chock choke chook choppers chordophone chyack cichlid
    cilice cingula cipolin clack clan clarified clarifying claustral cliquish coaxial coaxially cocainise cock cocoon
    codon colly colon comedian compagnie companion comparing compassing compassion compline compo composing composite
    concave conceit conceits concent concept concepts concern concerns concertante concerted concerti concertina
    concertise concerto concertos concerts conclave concrete conferva coniine consortia contra contract contrail
    contrary contras contrast contravene contrite contrive contrived contriver contrives converts convex convulse
    convulsed convulses cook coopers coppers copra corduroy coumarin coumarone crackle crake crank cratch craton creak
    creek crepitant crick croak crock crook cruck crystallite curating curation curative curtail curtails cyclist
    cyclones cyclonite cyclopes cycloses cyclosis cymbal cymbals cymophane dalmatic daman debase decade decagon
    decahedron decahedrons degas deluded demurral depose depths descaling desired desirer desires destine destined
    destines determine diabetes diabetic dialogise diastase dilating dilation dimorphic dioxin diphenyl diphenylamine
    diplegia diskette diskettes dispersal dispirits disquiets dissects dissents dogmatic dolly dolman dolmen dolphin
    dolphins dopers dopes doted doter dotes dotted dotter dovetailed dupes dustiness dwells ecstasies effector elderly
    embrace emends emerge ended eolian ephemera epicenter epicentral epicentre equip eristic ermine erythrocyte
    erythrocytic escalate eschalot etamine ethnol eustacy eustasy exert exsert extenuate favoring fend fessed fibred
    fibroid fiend filarian filliped find fiorin fishtail fluviomarine focalise focally folium folly fond fontanelle
    forced formalin frack frailer fund gallium glyceride golly gomuti grails gratis grayish griffon griffons grilles
    grooms guardians guidon haemin hairline halation hardline harming havelock heady herein hereon heroic heroines
    heron hircine holly hoppers horizon horizons hormone hydracid hydrophone hydroxylamine hypnoses hyson immerge
    immigrant immigrants immigrate immure impure inapposite induline ingress inspirits insulting insuring intensive
    interlingual interment intermezzi intermezzos intrastate intuitive isoline isomorph jolly journey kalian katakana
    kayos keels kinship knells knothole kokanee kook labrum laical lament laminable laminal lanolin lariat larum
    laughing laughingly libra liminal lithoid lolly loment loopers loppers lorica loricae lumenal lumina luminary
    lummox lustra lustrate lyrical mack maculae maculate malarial marginal marigold masculine matrices matrixes
    maturate maydays mealy meantime medicate medicine medicines megadose mend menhaden mercerise merge meridian
    meridians mesclun messaline metalline metering methane methanol methaqualone metheglin methodise methods midis
    migrant migrants milium millepede millerite milliard millipede mirepoix miscalling moderate moderated moderates
    moderato modulate mola moldy moline moll molls monomial monomials monorail moolah mopers moraine morpheme morphing
    motility mousseline muley mulla mulley mung murrhine muscadine muscarine myeline myrica myrobalan narghile natal
    nerval nervier neuronic neurotic niggard ninepin nomen nomology normal nosology nubbin olivine oscine oxymoron
    oxymorons padrone paginate pail paladin paladins palatine palladic palladous pallium papers paramorph parsers
    passerine patriate paupers peepers peppers percaline percolate perennate perfection pergola pergolas pericline
    peroxide perverts petrifaction phenformin phonation piperidine pipers pixel plena pokers polers pommel pommels
    popery popes popovers poppets posers pothers potters powers presume preventible prevention preventive primine
    pristine prodigal projectile prolactin prolific prolixity prolixly prosaic prospers protamine provable provably
    providential provincial prudential puristic pursers pyridine pyrimidine quells quills quinary quinoa rack radian
    radiance radios raffia ramose ratios rayon rays rectorial redistill reductase reduction reductive reequip reequips
    regalia reglaze relation relax require requite rescaling restorable restore restored restorer restores restoring
    retiary revamping revile revise revive revue rhos ritard ritualise rivaling rooms ropers rosaniline rotary ruffles
    rufiyaa ruminal ryas sack sacrist safaris safely salicin saliva salvias salvo samsaric sanserif saris sassaby
    saveloy scillas scopoline securest securing selenate sequel sera serai seraphim serena serenade serenaded
    serenader serenades serenata serene serenest serines sermon serotine serpent servant sesames shack sham shame
    shines shipwrights shmuck shoppers showrooms sickest silence silencer silenter sillies silva sine sines sinew
    sinews singularise singulars siskin slack smacks smock smooch snack socialize solan solans solon sonatas sonatina
    soprano sopranos soreness sovran soybean spacial spake special specialise specialize specially specials specialty
    spirants spirit spirited spiritism spiritless spiritoso spirituous spirts splendor sprits spritz squill stabling
    stack stallion stomatal stonewort strategy strigil strobila strobilae strutter stylise stylish stylite stylize
    stylized stylizes suavely sublimate sublimated sublimates sublime sublimed sublimer sublimes sublimest suboxide
    subunit subvene subvent sulfonamide sullener sulphide sumach sunrooms sureness surmountable surmounted surmounter
    swells symmetric symmetries symmetrise symmetry sympathin systole tabernacle tackled tackler tailwind tamale
    tambour tana tannate taphole tarriance tefillin telex telicity tempests tenet tenets theorizing thiazole
    thiosinamine thoracic thylacine tiara tickled ticklish tinea tippets titania tolly topers toppers tracer track
    tracker trackless trailer trammel trample trance tranche trans travail travel traveler trawler trench triaxial
    triazine trifecta trifles trillion triphylite triplicity trivial trochlear trommel truckler truckles trudges
    trundles trunk ultra ultraism ultrared ultras valeric variance veered vellum velum venation vend vendee verged
    verse verses versicles vexed viand victoria vivacity vocalic vocalise vocalize warfare warplane washrooms
    wayfaring wells whimpers whin whine whipped whipper whippers whippet whispers whoppers wickets willets wipers
    wipes wrack xerox xylem xylidine zebras zebrass zonate zooming zoomorphic
"""

ORDINARY_WORDS: Final = frozenset(_WORDS.split())
