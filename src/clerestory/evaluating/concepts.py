"""Things that can be seen in photographs, each with the words that name it or give it away.

For measures that take every example of a thing out of a library: a picture counts as an
example as soon as one of its captions has one of the words (compared by stems), so the words
are generous. Things that captions seldom mention although they are in the picture (trees,
faces, shirts) are not among them: their examples cannot be found by captions. Knows nothing
of pictures and models.

``FITTING`` may be used to fit thresholds and probabilities, ``HELD`` never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clerestory.storing.analysis import terms


@dataclass(frozen=True, slots=True)
class Concept:
    """``name`` is how one would say it after "a photo of"; ``words`` give an example away."""

    name: str
    words: tuple[str, ...]

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for word in self.words for stem in terms(word, "en"))


def _concepts(lines: str) -> tuple[Concept, ...]:
    found = []
    for line in lines.strip().splitlines():
        name, _, words = line.partition(":")
        found.append(Concept(name.strip(), tuple(words.split())))
    return tuple(found)


FITTING = _concepts("""
a dog: dog puppy hound retriever terrier poodle greyhound shepherd collie bulldog dalmatian labrador pup
a cat: cat kitten
a bicycle: bike bicycle cyclist biker bicyclist bmx cycling tricycle unicycle biking
a motorcycle: motorcycle motorbike motorcyclist motocross biker moped scooter bike motor dirtbik
a skateboard: skateboard skateboarder skater skate skateboarding skating roller rollerblading
a tennis player: tennis racket racquet
a hockey player: hockey rink goalie
a frisbee: frisbee disc disk
a mountain: mountain mountaintop mountainside peak cliff hill summit hillside
a rock climber: climb climber rock rocky boulder cliff
a car: car truck vehicle jeep van suv automobile taxi racecar traffic
a train: train railway railroad locomotive tram subway
a tunnel: tunnel subway
a bridge: bridge
a building: building skyscraper house tower
a street: street road sidewalk crosswalk avenue intersection
stairs: stair staircase stairway
a swing: swing swinging
a slide: slide waterslide
a playground: playground slide swing seesaw jungle merry carousel
a bench: bench
a couch: couch sofa armchair
a fountain: fountain
a flag: flag
a tent: tent canopy
food: food eat meal plate cake restaurant lunch dinner bowl pizza bread fruit sandwich snack cream
an umbrella: umbrella parasol
a costume: costume mask dressed halloween parade clown
a baby: baby infant toddler newborn
a helmet: helmet
a guitar: guitar guitarist musician music band instrument
a microphone: microphone sing singer karaoke speech
a crowd: crowd audience spectator crowded
a computer: computer laptop keyboard
a balloon: balloon
a fence: fence gate
grass: grass grassy field lawn meadow pasture
""")

HELD = _concepts("""
a horse: horse pony stallion rodeo jockey bronco equestrian horseback mule donkey carriage colt cowboy
a cow: cow cattle bull calf ox steer
a sheep: sheep lamb goat ram
a bird: bird duck seagull gull pigeon goose geese eagle parrot flamingo heron swan owl
a fish: fish fishing fisherman
a beach: beach shore sand seashore coast ocean sandy shoreline sea dune
a surfer: surf surfer surfboard surfing wave wakeboard
snow: snow snowy snowcovered ski skier skiing snowboard snowboarder sled snowball winter ice icy snowman
a snowboarder: snowboard snowboarder snowboarding
a skier: ski skier skiing
water: water pool lake river ocean sea pond wave swim swimmer swimming beach surf creek stream splash wet
a swimming pool: pool
a waterfall: waterfall
a river: river stream creek brook rapid
a lake: lake pond
a boat: boat ship sail sailboat kayak canoe raft rowboat ferry paddle paddling yacht row gondola
a basketball game: basketball hoop
a baseball game: baseball bat softball umpire pitcher batter
a soccer game: soccer
a football player: football quarterback tackle
a volleyball game: volleyball
a ball: ball football basketball baseball soccer volleyball softball golf rugby
a race: race racer racing racetrack runner marathon
a trampoline: trampoline
a bubble: bubble
a bus: bus
a kite: kite parachute paraglider
a camera: camera photograph photographer photo picture
a phone: phone cellphone telephone cell
a wedding: wedding bride groom
a dancer: dance dancer dancing ballet ballerina
a bed: bed mattress bedroom crib
a rope: rope leash tug
a stick: stick branch twig log
a table: table desk
sunglasses: sunglasses glasses goggles shades
a fire: fire flame campfire bonfire smoke firework
a flower: flower rose tulip blossom bouquet
a book: book read newspaper magazine
a hat: hat cap beanie sombrero
a forest: forest wood woods woodland tree
""")


def examples(captions: Iterable[Iterable[str]], stems: frozenset[str]) -> list[bool]:
    """For each picture, given by its captions: whether any caption has any of the stems."""
    return [
        any(not stems.isdisjoint(terms(caption, "en")) for caption in of_picture) for of_picture in captions
    ]
