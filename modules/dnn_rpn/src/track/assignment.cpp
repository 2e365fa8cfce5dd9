// This file is part of OpenCV project.
// It is subject to the license terms in the LICENSE file found in the top-level directory
// of this distribution and at http://opencv.org/license.html.
#include "../precomp.hpp"
#include "assignment.hpp"

namespace cv {
namespace dnn_rpn {

namespace {

/** Rows join the assignment one by one. Potentials keep every reduced cost, cost - ofRow - ofColumn, at 0 or
above, and at 0 for pairs; the way by which a row joins is then a shortest one, by Dijkstra's algorithm. Each
row also has a column of its own that costs 0: staying alone. */
class Assignment
{
public:
    explicit Assignment(const Mat& gains_)
        : gains(gains_), columns(gains.cols + gains.rows), ofRow(gains.rows, 0.), ofColumn(columns, 0.),
          rowOf(columns, -1)
    {}

    std::vector<int> solve()
    {
        for (int row = 0; row < gains.rows; row++)
            join(row);
        std::vector<int> pairs(gains.rows, -1);
        for (int column = 0; column < gains.cols; column++)
            if (rowOf[column] >= 0 && gains.at<double>(rowOf[column], column) > 0)
                pairs[rowOf[column]] = column;
        return pairs;
    }

private:
    double cost(int row, int column) const
    {
        return column < gains.cols ? -std::max(0., gains.at<double>(row, column)) : 0.;
    }

    void join(int first)
    {
        const double far = std::numeric_limits<double>::infinity();
        std::vector<double> distance(columns, far);
        std::vector<int> before(columns, -1); // the column before on the way; -1: the first row itself
        std::vector<bool> done(columns, false);
        int row = first, last = -1;
        double length = 0;
        for (;;)
        {
            int nearest = -1;
            for (int c = 0; c < columns; c++)
            {
                if (done[c])
                    continue;
                const double way = length + cost(row, c) - ofRow[row] - ofColumn[c];
                if (way < distance[c])
                {
                    distance[c] = way;
                    before[c] = last;
                }
                if (nearest < 0 || distance[c] < distance[nearest])
                    nearest = c;
            }
            last = nearest;
            length = distance[nearest];
            done[nearest] = true;
            if (rowOf[nearest] < 0)
                break;
            row = rowOf[nearest];
        }
        ofRow[first] += length;
        for (int c = 0; c < columns; c++)
            if (done[c] && c != last)
            {
                ofRow[rowOf[c]] += length - distance[c];
                ofColumn[c] -= length - distance[c];
            }
        for (int c = last; c >= 0; c = before[c])
            rowOf[c] = before[c] < 0 ? first : rowOf[before[c]];
    }

    const Mat gains;
    const int columns;
    std::vector<double> ofRow, ofColumn;
    std::vector<int> rowOf;
};

} // namespace

std::vector<int> assign(const Mat& gains)
{
    CV_Assert(gains.empty() || gains.type() == CV_64F);
    return Assignment(gains).solve();
}

} // namespace dnn_rpn
} // namespace cv
