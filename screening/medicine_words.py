"""The closed vocabulary around a medicine's name: strengths, forms, how often, why, and small words.

A word that is not here and not a name is never dropped: it becomes an unrecognised medicine for a person to read.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNITS: Final = _words("""
    mg mgs mcg mcgs ug g gm gms gr gram grams milligram milligrams microgram micrograms milligrammes micrograms kg
    ml mls milliliter milliliters millilitre millilitres cc l iu units unit u meq mmol percent strength puff puffs
    spoon spoonful teaspoon teaspoons tsp tablespoon tablespoons tbsp dose doses dosage cup cups glass glasses cans
    bottle bottles microdose microdoses microdosing
""")

PLAIN_FORMS: Final = _words("""
    tablet tablets tab tabs tablett tabletts tablts tablits caplet caplets capsule capsules cap caps capsul pill
    pills softgel softgels gelcap gelcaps lozenge lozenges troche troches chewable chewables orally oral po
    sublingual sl wafer film strip xr sr er xl la cr dr ir cd odt ec mr retard prolonged extended sustained delayed
    immediate slow controlled modified release released acting soltab soltabs dispersible orodispersible effervescent
""")

OWN_FORMS: Final = _words("""
    patch patches cream creams ointment gel gels lotion injection injections injectable shot shots jab jabs depot
    implant inhaler inhalers inhaled spray sprays nasal nebulizer nebuliser nebs syrup liquid solution suspension
    elixir powder suppository suppositories ring coil iud drip infusion infusions pen pens pump eyedrops drop drops
    gummy gummies vial vials ampoule sachet sachets packet packets scoop scoops hit hits
""")

KINDS: Final = _words("""
    medicine medicines medication medications med meds drug drugs vitamin vitamins supplement supplements remedy
    remedies
""")

OFTEN: Final = _words("""
    once twice thrice most times time daily day days night nights nightly nite morning mornings mornin afternoon evening
    evenings bedtime noon lunch breakfast dinner supper meal meals food week weekly weeks weekend weekends month
    monthly months hour hours hourly hr hrs h hs every everyday each per other bid tid qid qd qds tds bd od qod qhs
    qam qpm qh q prn am pm ac pc x dayly twise d wk wks monday tuesday wednesday thursday friday saturday sunday mon
    tue tues wed thu thur thurs fri sat sun weekdays weekday nocte mane
""")

WHEN: Final = _words("""
    ago back yesterday today tomorrow tonight last since until till year years yr yrs mo mos w y in on at around
    about approx approximately roughly almost nearly over under more less than least couple few several within past
    january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec spring summer autumn fall winter christmas early late mid recently lately long
""")

STATUS: Final = _words("""
    stopped stop stopping stops quit quitting discontinued discontinue ended finished finish ceased came come off
    weaned weaning tapered tapering taper went got been longer anymore used previously formerly former past took
    taken taking take takes using use uses start started starting restarted currently current still now ongoing
    again need needed required necessary occasionally occasional sometimes rarely occasion only when if as maybe
    unsure sure think might possibly probably remember know not no never dont didnt doesnt havent wasnt isnt cant
    wont without instead allergic allergy avoid any restarted
""")

NUMBERS: Final = _words("one two three four five six seven eight nine ten eleven twelve half quarter")

COUNTED: Final = UNITS | _words("a an time times per day days week weeks month months hour hours hrs")
DIGITS: Final = {"one": "1", "two": "2", "three": "3", "four": "4"}

SALTS: Final = _words("""
    succ tart sulf hydrochloride hcl hydrobromide hbr dihydrochloride sulfate sulphate carbonate citrate maleate
    mesylate mesilate besylate besilate tartrate bitartrate succinate fumarate oxalate phosphate acetate chloride
    bromide nitrate decanoate palmitate pamoate lactate gluconate dihydrate monohydrate hemihydrate anhydrous
    trihydrate dimesylate hemifumarate malate tosylate enanthate cypionate propionate valerate orotate disodium
    dipotassium salt salts
""")

REASONS: Final = _words("""
    pain pains painful ache aches anxiety anxious depression depressed panic mood sleep sleeping insomnia adhd add
    ptsd ocd bipolar attacks attack nerve nerves neck knee joint joints arthritis migraine migraines headache
    headaches head blood pressure high low bp heart cholesterol diabetes sugar thyroid asthma breathing lungs
    allergies hayfever reflux heartburn stomach nausea seizures seizure epilepsy infection cold flu cough skin acne
    weight loss muscle muscles spasms inflammation fever period periods menopause bladder prostate kidney liver
    stress tension focus concentration energy addiction alcoholism smoking cravings health mental sick sickness
    flying travel
""")

SMALL: Final = _words("""
    i im ive id me my mine we he she it its they them his her their our you your the a an this that these those some
    is are was were be being am have has had having do does did done will would can could should must of to for from
    by into up down out so but because due both all just also very really too then there here which what who where
    how why while during before after between through till doctor doctors dr gp psychiatrist pharmacist prescriber
    nurse pharmacy clinic hospital mr mrs ms prescribed prescription script rx gave given give gives get gets
    getting put puts started takes help helps helped usually normally regular regularly mostly sort kind like want
    wants going plan plans works work well good bad nothing else thats please thanks thank hello hi yes ok okay plus
    with w and or y etc eg ie full total amount course empty needed prior generic brand name branded version mouth
    mixed either extra tried ceremony
""")

CUTS: Final = _words("and or plus with also n und et")
DETERMINERS: Final = _words("the a an my this that some another other these those")
ARTICLES: Final = _words("a an")
NEGATIONS: Final = _words("""
    no not never dont didnt doesnt havent wasnt isnt cant wont without instead allergic allergy avoid
""")
# Written right after a brand, these make it another product (Tylenol is not Tylenol PM).
QUALIFIERS: Final = _words("pm d dm pe cf hct cold flu sinus cough congestion plus max severe multi symptom nighttime")
# Ordinary words that are also names: read as a medicine only alone or beside amounts and times.
AMBIGUOUS: Final = _words("""
    same ice acid spirits crack smack coke dope molly kira zaza dial amen allay muse thrive chalk water vinegar
    copper heather retina sojourn hyphen quartette
""")

FORMS: Final = PLAIN_FORMS | OWN_FORMS
BESIDE_AMBIGUOUS: Final = (
    ARTICLES | UNITS | OFTEN | NUMBERS | PLAIN_FORMS | WHEN | (STATUS - {"as", "if", "when", "only", "any"})
)
DETAILS: Final = UNITS | FORMS | KINDS | OFTEN | WHEN | STATUS | NUMBERS | SMALL | CUTS | DETERMINERS

NOTHING: Final = _words("""
    none na no nothing nil null zero nope nomeds nomedication nomedications nomedicine nomedicines nothingatall
    notapplicable nonewhatsoever noneatall idonttakeany idonttakeanything idonttakeanymedication nottakinganything
    nottakingany donttakeany nonothing nonothingatall nonecurrently nocurrentmedications nocurrentmeds
    noneatthistime
""")
