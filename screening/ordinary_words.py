"""Words of everyday English that happen to lie near the name of a medicine: never offered as a misspelling of one.

Made from dictionaries of American and British English with `python -m tests.bench.medicine_names --near-words FILE`;
make it again when a protocol adds names. Words that people do write for a medicine ("concert", "lyrics", "ability",
"singular") are left out by hand, and beside a strength ("normal 20 mg") any word is still looked at.
"""

from __future__ import annotations

from typing import Final

_WORDS: Final = """
    abstract accurate actin acutance affair affine afrit aileron alacrity alcoholic alcoholise aldol aldols alert
    aleurone alexia alleged allegory allegro allegros allergen amandine amarelle ambience amend amending amerce
    aminopyrine ammine amperage annularity antiq arbitral arctic arista aristas aristate arming arsine arsphenamine
    ascending ashtrays aside assert astral ataraxia ataraxic ataraxy attenuate aura austral avert axil azide basilar
    boga bombazine brooms buffo butyrins calash callant callas canalise cannabises cannas canthus cantus capita
    carbazole cardiae cardies carmine carotene carrack centralise centralize centroid cerement chamoix champing
    champion chanties chanting chazan chiack choc chock choke chook choppers chyack cichlid cipolin clack clan
    clarified clarifying claustral cliquish coaxial cocainise cock colly compagnie comparing compassing compassion
    compline compo concave conceit conceits concent concept concepts concern concerns concertante concerted concerti
    concertina concertise concerto concertos concerts conclave concrete conferva coniine contra contract contrail
    contrary contras contrast contravene contrite contrive contrived contriver contrives converts convex convulse
    convulsed convulses cook coopers coppers coumarin coumarone crackle crake crank cratch craton crepitant crick
    crock cruck crystallite curating curation curative curtail curtails cyclist cyclones cyclopes cycloses cyclosis
    cymbal cymbals cymophane dalmatic daman dead debase decade decagon decahedron decahedrons degas depose depths
    descaling desired desirer desires destine destined destines determine diabetes diabetic diastase dilating dilation
    dimorphic dioxin diphenyl diphenylamine diplegia diskette diskettes dispersal dispirits dissects dissents dogmatic
    dolly dolman dolphin dolphins dopers doted doter dotes dotted dotter dwells effector elderly embrace emends emerge
    ended eolian ephemera epicentral epicentre equip eristic ermine erythrocyte erythrocytic escalate etamine ethnol
    eustacy eustasy exert extenuate favoring fend fessed filliped fiorin fishtail fluviomarine focalise focally folium
    folly formalin frack gallium glyceride golly grails gratis grayish griffon griffons grooms haemin hairline
    halation hardline harming havelock heady herein heroic heroines heron hircine holly hoppers horizon horizons
    hydracid hydrophone hydroxylamine hypnoses immerge immigrant immigrants immigrate immure impure inapposite
    induline ingress inspirits insulting insuring interlingual interment intermezzi intermezzos intrastate isoline
    isomorph jolly kalian katakana kayos keels knells kook laical laminal lanolin lariat laughing laughingly libra
    liminal lithoid lolly loment loopers loppers lorica loricae lumenal lumina luminary lummox lustra lustrate lyrical
    mack maculae maculate marginal marigold masculine matrices matrixes maturate maydays meantime medicate medicine
    medicines megadose mend mercerise merge meridian meridians messaline metering methane methanol methaqualone
    metheglin methodise migrant migrants milium milliard millipede miscalling moderate moderated moderates moderato
    modulate moldy moline moll molls monomial monomials monorail mopers moraine morpheme morphing motility murrhine
    muscadine muscarine myeline myrica myrobalan narghile nerval neuronic neurotic niggard ninepin nomen nomology
    normal nosology nubbin olivine oscine oxymoron oxymorons padrone paginate pail paladin palladous pallium papers
    paramorph parsers passerine patriate peepers peppers percaline peroxide perverts petrifaction phenformin
    piperidine pipers plena pokers polers pommel pommels popery popes popovers poppets posers pothers potters powers
    preventible preventive primine pristine prodigal projectile prolific prolixity prolixly prosaic prospers protamine
    provable provably providential puristic pursers pyrimidine quells quinoa rack radian radiance radios ramose ratios
    rayon rays rectorial reduction reductive reequip reequips reglaze relation relax require requite rescaling
    restorable restore restored restorer restores restoring revile revise revive ritard rivaling rooms ropers
    rosaniline rotary ruffles ruminal sack safaris saliva salvias samsaric sanserif saris scopoline securest securing
    selenate sequel sera serai serena serenade serenaded serenader serenades serenata serene serenest sermon serpent
    servant sesames shack sham shame shines shmuck shoppers showrooms sickest silencer silenter sine sines sinew
    sinews singularise singulars siskin slack smacks smock snack solan sonatas sonatina soprano sopranos sovran
    spacial spake special specialise specialize specially specials specialty spirants spirit spirited spiritism
    spiritless spiritoso spirts splendor sprits spritz stabling stack stallion stonewort strigil strobila strutter
    stylise stylish stylite stylize stylized stylizes sublimate sublimated sublimates sublime sublimes suboxide
    subvene subvent sulphide sumach sunrooms swells symmetric symmetries symmetrise symmetry systole tabernacle
    tackler tailwind tamale tambour tana taphole tarriance telex telicity tempests tenet tenets thiazole thiosinamine
    thoracic thylacine tiara tickled ticklish tippets titania tolly topers toppers tracer track tracker trackless
    trailer trammel trample trance tranche trans traveler trawler triaxial trifles trillion triphylite triplicity
    truckler truckles trudges trundles ultra ultraism ultrared ultras valeric variance veered vend vendee verged verse
    verses vexed victoria vivacity vocalic vocalise vocalize warfare warplane washrooms wayfaring wells whimpers whin
    whine whipped whipper whippers whippet whispers whoppers wickets willets wipers wipes wrack xylem xylidine zebras
    zebrass zonate zooming zoomorphic
"""

ORDINARY_WORDS: Final = frozenset(_WORDS.split())
