from clerestory.storing.catalogue import Catalogue
from clerestory.types import Space

OLD, NEW = Space("small", "a" * 64, 384), Space("large", "b" * 64, 768)


def test_the_first_space_answers_until_another_is_switched_to(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    assert catalogue.spaces.current("text") is None
    catalogue.spaces.record(OLD, role="text")
    catalogue.spaces.record(NEW, role="text")
    catalogue.spaces.record(OLD, role="text")
    assert catalogue.spaces.current("text") == OLD
    assert catalogue.spaces.all("text") == [OLD, NEW]
    catalogue.spaces.switch(NEW, role="text")
    assert catalogue.spaces.current("text") == NEW
    assert catalogue.spaces.current("picture") is None
    catalogue.close()


def test_a_space_remembers_how_its_encoder_is_named(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    catalogue.spaces.record(OLD, role="picture", source="first")
    catalogue.spaces.record(OLD, role="picture", source="second")
    catalogue.spaces.record(NEW, role="look")
    assert [catalogue.spaces.source(space) for space in (OLD, NEW)] == ["first", ""]
    assert catalogue.spaces.of_roles() == {"picture": [OLD], "look": [NEW]}
    catalogue.close()


def test_the_space_that_answers_cannot_be_forgotten(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    catalogue.spaces.record(OLD, role="picture")
    catalogue.spaces.record(NEW, role="picture")
    for space in (OLD, NEW):
        catalogue.spaces.forget(space)
    assert catalogue.spaces.all("picture") == [OLD]
    catalogue.close()
