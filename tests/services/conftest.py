from tests.world import open_world as open_world
from tests.world import world as world
