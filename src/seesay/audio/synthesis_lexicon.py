"""The project's own words for synthetic speech, by part of speech.

They replace caption words that nobody says. They are words of offices, meetings and feelings, which
captions of pictures hardly use (words that a caption does use are left out when speech is made),
and have the same tag in nearly every sentence. They cover all length classes of replacement: 1-2,
3-4, 5-6, 7-8, 9-10, 11 and more letters.
"""

_NOUNS = """
ad
bill cost debt deed duty fact fate fee fund goal idea item joke law loan luck memo mood myth
norm oath pact plan plea plot poem rent risk role rule saga sum tax term theme tone unit view
vote wage zeal
advice agenda answer belief budget career claim clause crime crisis debate degree effort errand
error event excuse faith figure gossip grief habit income issue logic margin merger merit method
motive motto notion option policy profit proof quota reason result rumor salary scheme speech
talent tariff theory topic treaty trend truth value virtue volume wisdom
account anxiety attempt balance benefit caution chapter concept consent context council culture
decision delivery deposit dispute document election emphasis evidence function guidance heritage
honesty industry interest invoice judgment justice language lecture loyalty majority mystery
offence opinion paradox patience payment pension position pressure priority proposal property
question reality receipt revenue routine schedule sequence strategy subsidy success summary
sympathy tendency variety verdict welfare
agreement allowance awareness committee community complaint confusion curiosity democracy
departure dimension diplomacy discovery education efficiency emergency equipment existence
gratitude happiness hypothesis incentive influence inventory invitation knowledge leadership
literature management mechanism objective obligation operation paragraph precision principle
procedure promotion prosperity psychology reference regulation reputation resolution sentiment
signature suggestion technology tradition treatment vocabulary
achievement arrangement bureaucracy coincidence combination comparison competition consequence
convenience conversation cooperation description development disadvantage environment
examination explanation imagination implication independence information instruction
intelligence introduction investment legislation measurement nationality negotiation opportunity
organization participation possibility probability requirement responsibility satisfaction
significance subscription temperature
"""

_VERBS = """
ask beg deny earn fail hear hope know lend mean need obey owe rely seem sell send sue vow want
admit adopt agree allow apply argue assume avoid blame borrow decide defend demand differ endure
expect forget guess ignore imply inform insist invent learn manage obtain permit prefer prove
refuse regret reject remind resign resist reveal solve submit suffer suppose
advising agreeing allowing applying arguing assuming avoiding behaving blaming boasting claiming
deciding denying doubting earning enduring failing guessing hearing ignoring knowing learning
lending managing needing obeying praising proving reacting refusing relying renting selling
solving spending studying trusting worrying
admitting borrowing collecting comparing competing confirming convincing defending demanding
depending describing expecting explaining forgetting forgiving imagining improving informing
insisting inventing mentioning obtaining permitting persuading preferring pretending promising
protesting providing regretting rejecting replacing reporting requiring resigning resisting
respecting revealing submitting suggesting supposing surviving suspecting wondering
apologizing complaining considering contributing disagreeing encouraging exaggerating
illustrating interpreting interrupting investigating negotiating recommending remembering
transferring translating understanding volunteering
"""

_ADJECTIVES = """
apt coy dire dull fair firm glad grim idle keen mere numb odd rare rude sly smug vain vast wary
wise
absent ample brief candid civil clever costly decent eager exact fluent formal frugal futile
honest humble legal loyal lucid modest moral mutual naive polite rigid severe solemn stern
subtle sudden timid unique urgent vague valid vital witty
academic adequate ancient annoying anxious careless cautious complex crucial curious decisive
definite diligent distinct dubious eligible eternal explicit familiar generous genuine grateful
ignorant implicit indirect innocent internal logical moderate negative obvious official optional
peculiar pleasant precise probable rational reckless relevant reliable sensible sincere specific
stubborn suitable superior tolerant typical unlikely
ambiguous ambitious arbitrary authentic confident different difficult effective essential
excellent financial hesitant impartial important incorrect industrial innovative legitimate
meaningful necessary permanent political practical profitable reasonable redundant reluctant
sensitive strategic temporary tentative universal
administrative appropriate comparative competitive complicated considerable controversial
conventional educational exceptional fundamental hypothetical independent influential
intellectual intelligent interesting mathematical meaningless philosophical professional
psychological significant substantial theoretical traditional unfortunate
"""

_ADVERBS = """
ever once soon thus
always barely easily fairly firmly hardly humbly justly mainly merely mostly nearly openly
partly rarely seldom simply surely twice vainly wisely
actually briefly clearly eagerly entirely exactly finally formally honestly legally modestly
normally politely possibly probably recently secretly strictly suddenly urgently usually
absolutely carefully cautiously certainly completely constantly definitely especially frequently
generally gratefully obviously officially patiently personally precisely previously regularly
repeatedly separately seriously sincerely typically ultimately
accidentally approximately consequently deliberately economically efficiently exceptionally
fortunately immediately independently occasionally permanently reluctantly significantly
temporarily traditionally unexpectedly
"""

LEXICON: dict[str, tuple[str, ...]] = {
    "NOUN": tuple(_NOUNS.split()),
    "VERB": tuple(_VERBS.split()),
    "ADJ": tuple(_ADJECTIVES.split()),
    "ADV": tuple(_ADVERBS.split()),
}
