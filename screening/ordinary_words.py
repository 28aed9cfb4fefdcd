"""Words of everyday English that happen to lie near the name of a medicine: never offered as a misspelling of one.

Made from dictionaries of American and British English with `python -m tests.bench.medicine_names --near-words FILE`;
make it again when a protocol adds names. Words that people do write for a medicine ("concert", "lyrics", "ability",
"singular") are left out by hand, and beside a strength ("normal 20 mg") any word is still looked at.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
    abstract accurate actin acutance affair affine afrit aileron alacrity alcoholic alcoholise aldol aldols alert
    aleurone alexia alleged allegory allegro allegros allergen amandine amarelle ambience amending amerce aminopyrine
    ammine amperage annularity antiq arbitral arctic arista aristas aristate arming arsine arsphenamine ascending
    ashtrays aside assert astral ataraxia ataraxic ataraxy attenuate aura austral avert azide basilar buffo butyrins
    calash callant callas canalise cannabises cannas cantus capita carbazole cardiae cardies carmine carotene carrack
    centralise centralize centroid cerement chamoix champing champion chanties chanting chazan chiack choc chock choke
    chook choppers chyack cipolin clack clan clarified clarifying cliquish coaxial cocainise cock compagnie comparing
    compassing compassion compline compo concave conceit conceits concent concept concepts concern concerns
    concertante concerted concerti concertina concertise concerto concertos concerts conclave concrete conferva
    coniine contra contract contrail contrary contras contrast contravene contrite contrive contrived contriver
    contrives converts convex convulse convulsed convulses cook coppers coumarin coumarone crackle crake crank cratch
    craton crepitant crick crock cruck crystallite curating curation curative curtail curtails cyclist cyclones
    cyclopes cycloses cyclosis cymbal cymbals cymophane dalmatic daman dead debase decade decagon decahedron
    decahedrons degas depose depths desired desirer desires destine destined destines diabetes diabetic diastase
    dilating dilation dimorphic dioxin diphenyl diphenylamine diplegia diskette diskettes dissects dissents dogmatic
    dolman dolphin dolphins doted doter dotes dotted dotter dwells effector elderly embrace emends emerge ended eolian
    ephemera epicentral epicentre equip erythrocyte erythrocytic escalate etamine ethnol eustacy eustasy favoring fend
    fessed fiorin fishtail fluviomarine focalise focally folium formalin glyceride grails gratis grayish griffon
    griffons haemin hairline halation hardline harming havelock heady herein heroic heroines heron hircine hoppers
    horizon horizons hydracid hydrophone hydroxylamine hypnoses immigrant immigrants immigrate immure impure
    inapposite induline ingress insulting insuring interlingual interment intermezzi intermezzos intrastate isoline
    isomorph kalian katakana keels knells kook laical laminal lanolin lariat laughing laughingly libra liminal lithoid
    loment loppers lorica loricae lumenal lumina luminary lummox lustra lustrate lyrical maculae maculate marginal
    marigold masculine matrices matrixes maturate maydays meantime medicate medicine medicines megadose mend merge
    meridian meridians messaline metering methane methanol methaqualone metheglin methodise migrant migrants milium
    milliard millipede miscalling moderate moderated moderates moderato modulate moldy moline moll molls monomial
    monomials monorail moraine morpheme morphing motility murrhine muscadine muscarine myeline myrica narghile nerval
    neuronic neurotic ninepin nomen nomology normal nosology nubbin olivine oscine oxymoron oxymorons padrone paginate
    pail paladin palladous papers parsers passerine patriate peepers peppers peroxide perverts petrifaction phenformin
    piperidine pipers pokers polers pommel pommels popery popes popovers poppets posers pothers potters powers
    preventible preventive primine pristine prodigal projectile prolific prolixity prolixly prosaic prospers protamine
    provable provably providential puristic pursers pyrimidine quells quinoa radian radios ramose ratios rayon rays
    rectorial reduction reductive reequip reequips reglaze relation relax require requite restorable restore restored
    restorer restores restoring revile revise revive ritard rivaling rosaniline rotary ruffles ruminal sack safaris
    saliva salvias samsaric sanserif saris scopoline securest securing selenate sequel sera serai serena serenade
    serenaded serenader serenades serenata serene serenest sermon serpent servant sesames shack sham shame shines
    shmuck shoppers showrooms sickest silencer silenter sine sines sinew sinews singularise singulars siskin slack
    smacks smock snack solan sonatas sonatina soprano sopranos sovran spacial spake special specialise specialize
    specially specials specialty spirants spirit spirited spiritism spiritless spiritoso spirts splendor sprits spritz
    stabling stack stallion stonewort strigil strobila strutter stylise stylish stylite stylize stylized stylizes
    sublimate sublimated sublimates sublime sublimes suboxide subvene subvent sulphide sumach sunrooms swells
    symmetric symmetries symmetrise symmetry systole tabernacle tackler tailwind tamale tambour tana taphole telex
    telicity tempests tenet tenets thiazole thiosinamine thoracic tiara tickled ticklish tippets titania toppers
    tracer tracker trackless trailer trammel trample trance tranche trans traveler trawler triaxial trifles trillion
    triphylite triplicity truckler truckles trudges trundles ultra ultraism ultrared ultras valeric veered vend vendee
    verged verse verses vexed victoria vivacity vocalic vocalise vocalize warfare warplane wayfaring wells whimpers
    whin whine whipped whipper whippers whippet whispers whoppers wickets willets wipers wipes xylem xylidine zebras
    zebrass zonate zooming zoomorphic
"""

ORDINARY_WORDS: Final = frozenset(_WORDS.split())
