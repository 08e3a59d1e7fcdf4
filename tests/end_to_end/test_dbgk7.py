import sys
from tests.end_to_end.test_window import *
import tests.end_to_end.windows as W
def P(*a): sys.__stderr__.write(" ".join(map(str,a))+"\n"); sys.__stderr__.flush()
orig=W.shiboken6.delete
def d(w): P("deleting"); orig(w); P("deleted")
W.shiboken6.delete=d
def test_x(qapp, tmp_path, sim):
    url, paper = sim()
    site = Site(tmp_path / "job.db")
    async def job(worker):
        P("in job")
        await worker.go("orders")
        P("job done")
    work_in_window(qapp, site.db, "en", url, job)
    P("test done")
